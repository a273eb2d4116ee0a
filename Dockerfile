# docker run --rm -v "$PWD:/work" dockerslim-rewrite check .
FROM python:3.12-slim AS builder
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY templates templates
COPY docs/decisions docs/decisions
COPY dockerslim_rewrite dockerslim_rewrite
RUN python -m venv /opt/dockerslim-rewrite && /opt/dockerslim-rewrite/bin/pip install --no-cache-dir .

FROM python:3.12-slim
COPY --from=builder /opt/dockerslim-rewrite /opt/dockerslim-rewrite
ENV PATH=/opt/dockerslim-rewrite/bin:$PATH
WORKDIR /work
ENTRYPOINT ["dockerslim-rewrite"]
CMD ["check", "."]
