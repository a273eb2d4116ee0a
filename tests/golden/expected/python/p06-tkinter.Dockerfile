FROM python:3.11 AS builder
WORKDIR /app
COPY shapes.py .

FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends libtk8.6 && rm -rf /var/lib/apt/lists/*
COPY --from=builder /app /app
WORKDIR /app
CMD ["python", "shapes.py"]
