FROM python:3.12 AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
ENV VIRTUAL_ENV=/opt/venv

ARG REQUESTS_CA_BUNDLE
ENV POETRY_NO_INTERACTION=1
WORKDIR /app
RUN pip install "poetry>=2,<3" && poetry config virtualenvs.create false
COPY . .
RUN poetry install

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH
ENV POETRY_NO_INTERACTION=1
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
WORKDIR /app
CMD ["moon", "3"]
