# homesec in one container, embedded PostgreSQL and Redis included.
# No test builds this image: there was no container engine where it was written.
#
#   docker build -t homesec .
#   docker run --init --shm-size=2g -p 127.0.0.1:8600:8600 -v homesec-data:/data homesec
#
# With an NVIDIA GPU and its container toolkit add --gpus all.

FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 homesec \
    && install -d -o homesec -g homesec /data

WORKDIR /opt/homesec
COPY pyproject.toml requirements.lock Makefile README.md LICENSE serve_app.py ./
COPY homesec homesec
COPY actors actors
COPY migrations migrations
RUN make env PYTHON=python3 && rm -rf /root/.cache

USER homesec
VOLUME /data
EXPOSE 8600

# Inside a container every address is the container's own: what is reachable is decided by -p above.
ENV HOMESEC_DATA_DIR=/data HOMESEC_HOST=0.0.0.0 HOMESEC_API__PUBLIC=true
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8600/api/health/live', timeout=4)"]
ENTRYPOINT ["/opt/homesec/.venv/bin/homesec"]
CMD ["up"]
