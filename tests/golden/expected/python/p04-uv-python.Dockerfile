FROM python:3.12 AS builder
ARG SSL_CERT_FILE
RUN pip install --no-cache-dir uv
RUN useradd --create-home keeper
WORKDIR /home/keeper/kelp
COPY --chown=keeper . .
RUN chown keeper .
USER keeper
RUN uv sync --no-install-project
RUN mkdir -p /home/keeper/.local/share/uv/python

FROM python:3.12-slim
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=keeper /home/keeper /home/keeper
USER keeper
WORKDIR /home/keeper/kelp
CMD [".venv/bin/python", "kelp.py"]
