FROM python:3.13-alpine AS builder
RUN python -m venv --system-site-packages --without-pip /opt/venv && cp /usr/local/bin/pip* /opt/venv/bin/ && sed -i '1s|.*|#!/opt/venv/bin/python|' /opt/venv/bin/pip*
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /usr/src/app
RUN apk add --no-cache gcc musl-dev libffi-dev
COPY . .
RUN pip install --no-cache-dir .

FROM python:3.13-alpine
ENV PATH=/opt/venv/bin:$PATH
RUN apk add --no-cache libstdc++ libgcc libffi
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /usr/src/app /usr/src/app
WORKDIR /usr/src/app
USER nobody
CMD ["orbit", "400"]
