FROM python:3.12-bookworm AS builder
COPY libtally /tmp/libtally
RUN cd /tmp/libtally && make && make install && ldconfig && rm -rf /tmp/libtally
WORKDIR /app
COPY count.py .

FROM python:3.12-slim-bookworm
COPY --from=builder /usr/local /usr/local
COPY --from=builder /app /app
RUN ldconfig
WORKDIR /app
CMD ["python", "count.py"]
