FROM python:3.11-bookworm AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
ENV PYTHONUNBUFFERED=1
WORKDIR /code
COPY ./requirements /code/requirements
RUN pip install --no-cache-dir --upgrade -r /code/requirements/prod.txt
COPY ./app /code/app

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH
ENV PYTHONUNBUFFERED=1
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /code /code
WORKDIR /code
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8080"]
