FROM python:3.12-slim AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/tides
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY tides ./tides

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /srv/tides /srv/tides
WORKDIR /srv/tides
EXPOSE 8000
CMD ["uvicorn", "tides.main:app", "--host", "0.0.0.0", "--port", "8000"]
