FROM python:3.12 AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx gcc iputils-ping \
    && rm -f /etc/nginx/sites-enabled/default \
    && chmod u+s /usr/bin/ping
WORKDIR /srv/desk
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY nginx.conf /etc/nginx/sites-enabled/desk
COPY desk.py start.sh ./

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH
RUN apt-get update && apt-get install -y --no-install-recommends nginx iputils-ping && rm -rf /var/lib/apt/lists/* && rm -rf /etc/nginx/sites-enabled/default
COPY --from=builder /usr/bin/ping /usr/bin/ping
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /etc/nginx/sites-enabled/desk /etc/nginx/sites-enabled/desk
COPY --from=builder /srv/desk /srv/desk
WORKDIR /srv/desk
EXPOSE 80
CMD ["sh", "start.sh"]
