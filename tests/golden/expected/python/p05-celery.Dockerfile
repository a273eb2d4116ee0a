FROM python:3.12 AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /worker
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN useradd --create-home worker && chown -R worker:worker /worker

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=worker /home/worker /home/worker
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder --chown=worker:worker /worker /worker
USER worker
WORKDIR /worker
CMD ["celery", "--app", "tasks", "worker", "--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
