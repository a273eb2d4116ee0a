FROM python:3.12 AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
ENV VIRTUAL_ENV=/opt/venv
WORKDIR /app
RUN pip install pipenv
COPY Pipfile ./
RUN pipenv install --system --skip-lock
COPY . .

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
WORKDIR /app
CMD ["python", "moon.py"]
