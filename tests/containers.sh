#!/usr/bin/env bash
# Reads the Dockerfile and the compose file as text, for machines without a container engine: what is copied
# exists, stages and services that are referred to exist, and the compiler is the one the project names.
# It does not tell that the images build.
set -euo pipefail
cd "$(dirname "$0")/.."

python3 -c 'import yaml' 2>/dev/null || {
    echo "tests/containers.sh needs python3 with its yaml module (Debian: the package python3-yaml)" >&2
    exit 1
}

python3 - <<'PYTHON'
import glob, os, re, sys, yaml

wrong = []
dockerfile = re.sub(r"^\s*#.*\n", "", open("Dockerfile").read(), flags=re.M).replace("\\\n", " ")
stages = re.findall(r"^FROM\s+\S+\s+AS\s+(\S+)", dockerfile, re.M)
for words in (line.split()[1:] for line in dockerfile.splitlines() if re.match(r"(COPY|ADD)\s", line)):
    options = [w for w in words if w.startswith("--")]
    stage = next((o.split("=", 1)[1] for o in options if o.startswith("--from=")), None)
    if stage is not None:
        if stage not in stages:
            wrong.append(f"Dockerfile: COPY --from={stage}: there is no such stage")
        continue
    for source in [w for w in words if w not in options][:-1]:
        if not glob.glob(source):
            wrong.append(f"Dockerfile: {source} is copied and does not exist")

channel = re.search(r'channel = "(.+)"', open("rust-toolchain.toml").read()).group(1)
if not re.search(rf"^FROM rust:{re.escape(channel)}-", dockerfile, re.M):
    wrong.append(f"Dockerfile: does not build with rust {channel}, which rust-toolchain.toml names")

compose = yaml.safe_load(open("docker-compose.yml"))
services, volumes = compose["services"], compose.get("volumes", {})
for name, service in services.items():
    if "image" not in service and "build" not in service:
        wrong.append(f"docker-compose.yml: {name} has neither an image nor a build")
    if "build" in service and not os.path.exists(os.path.join(service["build"], "Dockerfile")):
        wrong.append(f"docker-compose.yml: {name} is built from a Dockerfile that does not exist")
    for other, need in service.get("depends_on", {}).items():
        if other not in services:
            wrong.append(f"docker-compose.yml: {name} waits for {other}, which does not exist")
        elif need["condition"] == "service_healthy" and "healthcheck" not in services[other]:
            wrong.append(f"docker-compose.yml: {name} waits for {other} to be healthy, which has no health check")
    for volume in (v.split(":")[0] for v in service.get("volumes", [])):
        if not volume.startswith((".", "/")) and volume not in volumes:
            wrong.append(f"docker-compose.yml: {name} mounts {volume}, which is not declared")
    for key, value in service.get("environment", {}).items():
        if "PASSWORD" in key and not str(value).startswith("${"):
            wrong.append(f"docker-compose.yml: {name} has a password written into it: {key}")

print("\n".join(wrong) or "Dockerfile and docker-compose.yml hold together")
sys.exit(bool(wrong))
PYTHON
