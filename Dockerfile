# The portal for production: no compiler, no embedded servers, no root.
# The same image runs web, worker, beat and the migration job (docker-compose.yml).

FROM python:3.13-slim-bookworm AS build
WORKDIR /srv/yizhan
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/production.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps --only-binary :all: -r requirements/production.txt
COPY . .
# Settings demand their environment even here; nothing of it is used or kept.
RUN python -m ops.translations \
    && DJANGO_SETTINGS_MODULE=config.settings.production \
    SECRET_KEY=build ALLOWED_HOSTS=build FIELD_KEYS_FILE=/nonexistent \
    AUDIT_KEY_FILE=/nonexistent AUDIT_ANCHOR_FILE=/nonexistent \
    DATABASE_URL=postgres://build@127.0.0.1/build BROKER_URL=redis://127.0.0.1/0 \
    python manage.py collectstatic --noinput -v0

FROM python:3.13-slim-bookworm
# The fonts of letters, with rare characters of names (servicehall/documents/data/fonts.yaml).
RUN apt-get update && apt-get install -y --no-install-recommends \
    fonts-wqy-microhei fonts-arphic-uming fonts-arphic-gkai00mp fonts-babelstone-han \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin yizhan \
    && install -d -o yizhan -g yizhan -m 0700 /var/lib/yizhan /var/lib/anchors
WORKDIR /srv/yizhan
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    YIZHAN_STATE=/var/lib/yizhan
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/yizhan /srv/yizhan
USER yizhan
VOLUME ["/var/lib/yizhan", "/var/lib/anchors"]
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "1", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "8", \
     "--access-log", "--log-config", "ops/granian-logging.json", "config.wsgi:application"]
