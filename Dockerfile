FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/iop && /opt/iop/bin/pip install --no-cache-dir .

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /var/lib/iop-scheduler iop
COPY --from=build /opt/iop /opt/iop
ENV PATH=/opt/iop/bin:$PATH PYTHONUNBUFFERED=1 IOP_SCHEDULER_HOST=0.0.0.0 \
    NUMBA_CACHE_DIR=/var/cache/iop-scheduler
RUN install -d -o iop -g iop /var/cache/iop-scheduler
USER iop
WORKDIR /var/lib/iop-scheduler
# The search kernels are translated here, not at every start of a container; for another CPU they are again.
# The mark that this machine has them is left out: the machine that runs the image can be another one.
RUN python -m scheduler.solver.warm && rm -f "$NUMBA_CACHE_DIR/kernels.ready"
EXPOSE 8000
ENTRYPOINT ["iop-scheduler"]
CMD ["serve"]
