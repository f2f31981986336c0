FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/iop && /opt/iop/bin/pip install --no-cache-dir .

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /var/lib/iop-scheduler iop
COPY --from=build /opt/iop /opt/iop
ENV PATH=/opt/iop/bin:$PATH PYTHONUNBUFFERED=1 IOP_SCHEDULER_HOST=0.0.0.0
USER iop
WORKDIR /var/lib/iop-scheduler
EXPOSE 8000
ENTRYPOINT ["iop-scheduler"]
CMD ["serve"]
