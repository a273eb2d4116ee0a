FROM python:3.12 AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
COPY . /opt/soil
WORKDIR /opt/soil
RUN pip install .

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /opt/soil /opt/soil
WORKDIR /opt/soil
ENTRYPOINT ["python", "-m", "soil"]
CMD ["--help"]
