FROM python:3.13-alpine AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
RUN apk add --no-cache gcc musl-dev sqlite-dev
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt

FROM python:3.13-alpine
ENV PATH=/opt/venv/bin:$PATH
RUN apk add --no-cache libstdc++ binutils libgcc musl-dev sqlite-dev sqlite-libs
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
WORKDIR /app
CMD ["python", "versions.py"]
