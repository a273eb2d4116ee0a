FROM python:3.12 AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /src
COPY . .
RUN pip install .
COPY words /opt/words
RUN if [ ! -e /opt/words/kept.txt ]; then rm -rf /opt/words; fi
RUN mkdir -p /opt/words
WORKDIR /app
RUN rm -rf /src && pip install itsdangerous==2.2.0

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /opt/words /opt/words
COPY --from=builder /app /app
WORKDIR /app
CMD ["relay", "seven"]
