FROM python:3.11-slim AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
ENV PIP_NO_CACHE_DIR=1
RUN apt-get update && apt-get install -y --no-install-recommends curl
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY app.py .

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH
ENV PIP_NO_CACHE_DIR=1
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
WORKDIR /app
HEALTHCHECK CMD curl -fs http://localhost:8080/ || exit 1
CMD ["gunicorn", "-b", "0.0.0.0:8080", "app:app"]
