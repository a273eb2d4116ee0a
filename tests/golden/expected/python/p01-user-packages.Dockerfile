FROM python:3.12 AS builder
RUN useradd --create-home --uid 1500 app
USER app
WORKDIR /home/app/src
COPY --chown=app requirements.txt .
RUN pip install --user -r requirements.txt
ENV PATH="/home/app/.local/bin:$PATH"
COPY --chown=app . .

FROM python:3.12-slim
ENV PATH="/home/app/.local/bin:$PATH"
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=app /home/app /home/app
USER app
WORKDIR /home/app/src
CMD ["gunicorn", "-b", "0.0.0.0:8010", "app:app"]
