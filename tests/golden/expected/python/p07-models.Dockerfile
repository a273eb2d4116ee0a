FROM python:3.11 AS builder
RUN python -m venv --system-site-packages /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
RUN python -m nltk.downloader punkt stopwords
COPY . .
RUN mkdir -p /root/nltk_data

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /root/nltk_data /root/nltk_data
COPY --from=builder /app /app
WORKDIR /app
CMD ["python", "words.py"]
