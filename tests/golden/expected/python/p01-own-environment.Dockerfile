FROM python:3.12 AS builder
RUN useradd -m gardener
WORKDIR /home/gardener
COPY requirements.txt requirements.txt
RUN python -m venv venv
RUN venv/bin/pip install -r requirements.txt
COPY app.py boot.sh ./
RUN chown -R gardener:gardener ./

FROM python:3.12-slim
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=gardener:gardener /home/gardener /home/gardener
USER gardener
WORKDIR /home/gardener
EXPOSE 5000
ENTRYPOINT ["./boot.sh"]
