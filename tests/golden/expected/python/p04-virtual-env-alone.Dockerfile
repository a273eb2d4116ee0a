FROM python:3.12 AS builder
ENV VIRTUAL_ENV=/opt/venv
RUN python -m venv $VIRTUAL_ENV
WORKDIR /srv/timber
COPY requirements.txt .
# PATH does not lead to the environment: pip fills the image's own Python
RUN pip install --no-cache-dir -r requirements.txt
COPY . .

FROM python:3.12-slim
ENV VIRTUAL_ENV=/opt/venv
COPY --from=builder /usr/local /usr/local
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /srv/timber /srv/timber
WORKDIR /srv/timber
CMD ["python", "timber.py"]
