FROM python:3.12 AS builder
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt

FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
COPY --from=builder /usr/local /usr/local
COPY --from=builder /app /app
WORKDIR /app
HEALTHCHECK CMD curl -f http://localhost:8020/ || exit 1
ENTRYPOINT ["./serve"]
