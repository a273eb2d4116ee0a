FROM python:3.13-alpine AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
RUN addgroup -S herd && adduser -S -G herd herd
WORKDIR /opt/herd
COPY requirements.txt requirements.txt
RUN pip3 install --upgrade pip \
    && pip3 install -r requirements.txt
COPY . .
RUN chmod +x boot.sh && chown -R herd:herd /opt/herd

FROM python:3.13-alpine
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=herd /home/herd /home/herd
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder --chown=herd:herd /opt/herd /opt/herd
USER herd
WORKDIR /opt/herd
EXPOSE 5000
ENTRYPOINT ["./boot.sh"]
