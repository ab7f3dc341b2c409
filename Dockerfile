# CineMatch in a container. Build: docker build -t cinematch .
# BASE_IMAGE: any Debian-like image with python3 (3.11 or newer) and its venv module.
ARG BASE_IMAGE=python:3.13-slim-bookworm

# hadolint ignore=DL3006
FROM ${BASE_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python3 -m venv /opt/venv
# Exactly what was tested, and nothing that was changed since: every file's hash is in the lock. A package index other
# than PyPI is named by an optional build secret: --secret id=pip_config,src=/path/to/pip.conf
# Servers that share a store and jobs need more: --build-arg LOCK=requirements-cluster.lock; machines that train on Spark
# need requirements-spark.lock and --build-arg PACKAGES=openjdk-17-jre-headless, too.
ARG LOCK=requirements.lock
COPY requirements.lock requirements-cluster.lock requirements-spark.lock ./
RUN --mount=type=secret,id=pip_config,target=/etc/pip.conf,required=false \
    /opt/venv/bin/pip install --require-hashes --requirement "${LOCK}"
# What is installed, with licences: read by scanners for known vulnerabilities.
COPY requirements-sbom.lock ./
RUN --mount=type=secret,id=pip_config,target=/etc/pip.conf,required=false \
    python3 -m venv /opt/sbom \
    && /opt/sbom/bin/pip install --require-hashes --requirement requirements-sbom.lock \
    && /opt/sbom/bin/cyclonedx-py environment --output-reproducible --output-format JSON \
        --output-file /opt/sbom.cdx.json /opt/venv/bin/python
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY core core
COPY dashboard dashboard
COPY callbacks callbacks
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation --no-index --editable . \
    && /opt/venv/bin/python -m compileall -q core dashboard callbacks

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
ARG VERSION=3.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="CineMatch" \
      org.opencontainers.image.description="A movie-recommendation workbench over MovieLens ratings: recommend, explain, measure." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ARG PACKAGES=""
# Versions of system packages are those of the base image's release, which is pinned by its tag.
# hadolint ignore=DL3008,SC2086
RUN if [ -n "${PACKAGES}" ] || ! command -v tini >/dev/null || ! ls /usr/lib/*/libgomp.so.1 >/dev/null 2>&1; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends libgomp1 tini ${PACKAGES} \
        && rm -rf /var/lib/apt/lists/*; \
    fi \
    && groupadd --system --gid 10001 cinematch \
    && useradd --system --uid 10001 --gid cinematch --home-dir /var/lib/cinematch --no-create-home cinematch \
    && install --directory --owner=cinematch --group=cinematch --mode=0750 \
        /var/lib/cinematch /var/lib/cinematch/data /var/lib/cinematch/models /var/lib/cinematch/cache \
        /var/lib/cinematch/profiles
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY --from=build /opt/sbom.cdx.json /usr/share/doc/cinematch/sbom.cdx.json
COPY assets assets
COPY deploy/entrypoint.sh deploy/entrypoint.sh
COPY gunicorn.conf.py ./
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    NUMBA_CACHE_DIR=/var/lib/cinematch/cache/numba \
    SURPRISE_DATA_FOLDER=/tmp/surprise \
    CINEMATCH_HOST=0.0.0.0 \
    CINEMATCH_PORT=8050 \
    CINEMATCH_DATA_DIR=/var/lib/cinematch/data \
    CINEMATCH_MODELS_DIR=/var/lib/cinematch/models \
    CINEMATCH_CACHE_DIR=/var/lib/cinematch/cache \
    CINEMATCH_DATABASE_URL=sqlite:////var/lib/cinematch/profiles/profiles.db
USER 10001:10001
VOLUME ["/var/lib/cinematch/data", "/var/lib/cinematch/models", "/var/lib/cinematch/cache", "/var/lib/cinematch/profiles"]
EXPOSE 8050
# The first start fetches ratings and trains, which may take minutes on a small machine.
HEALTHCHECK --interval=15s --timeout=5s --start-period=15m --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['CINEMATCH_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["tini", "--", "/app/deploy/entrypoint.sh"]
CMD ["gunicorn", "-c", "gunicorn.conf.py", "dashboard.wsgi:server"]
