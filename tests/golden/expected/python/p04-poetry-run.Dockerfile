FROM python:3.11 AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
ARG REQUESTS_CA_BUNDLE
WORKDIR /app
RUN pip install "poetry>=2,<3"
COPY . .
RUN poetry install --no-interaction

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /root/.cache/pypoetry/virtualenvs /root/.cache/pypoetry/virtualenvs
COPY --from=builder /app /app
WORKDIR /app
CMD poetry run moon 10
