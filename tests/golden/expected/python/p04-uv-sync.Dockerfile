FROM python:3.12 AS builder
ARG SSL_CERT_FILE
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml .
RUN uv sync --no-install-project
COPY . .

FROM python:3.12-slim
ENV PATH="/app/.venv/bin:$PATH"
COPY --from=builder /app /app
WORKDIR /app
CMD ["python", "moon.py"]
