# The gateway's image: no shell, no package manager, not root, and nothing to write but what you mount.
#
#   docker build -t gateway:0.1.0 .
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg REVISION=$(git rev-parse HEAD) -t REGISTRY/gateway:0.1.0 --push .
#
# It builds from a private mirror with SDK_IMAGE and RUNTIME_IMAGE, and with a NUGET_SOURCE; it needs no secret.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

# The build runs on the builder's own processor and makes code for the target's.
FROM --platform=$BUILDPLATFORM $SDK_IMAGE AS build
ARG TARGETARCH=amd64
ARG VERSION=0.1.0
ARG NUGET_SOURCE=https://api.nuget.org/v3/index.json
# false makes a smaller image, without the packages of the ReadyToRun compiler, that starts more slowly.
ARG READY_TO_RUN=true
# MSBuild reads variables as properties: every restore below asks this source alone.
ENV RestoreSources=$NUGET_SOURCE DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /source

# The packages, exactly those of the lock file, in a layer that outlives changes of the code.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/Gateway/Gateway.csproj src/Gateway/packages.lock.json src/Gateway/
RUN dotnet restore src/Gateway --locked-mode

COPY build/ build/
RUN dotnet run build/sbom.cs -- src/Gateway/packages.lock.json "$VERSION" > /sbom.cdx.json

# The lock file is for every processor; what one processor adds to it is the compiler, so that list is a throw-away.
COPY yarp.json ./
COPY src/Gateway/ src/Gateway/
RUN dotnet publish src/Gateway --configuration Release --arch "$TARGETARCH" --os linux --self-contained false \
      -p:Version="$VERSION" -p:PublishReadyToRun="$READY_TO_RUN" -p:UseAppHost=true -p:PlatformTarget=AnyCPU -p:DebugType=embedded \
      -p:PublishDocumentationFile=false -p:NuGetLockFilePath=/tmp/publish.lock.json --output /app
# The program as it is typed: kubectl exec deploy/gateway -- gateway revoke ...
RUN mv /sbom.cdx.json /app/ && mv /app/Gateway /app/gateway && rm /app/yarp.json && chmod -R a=rX /app && mkdir /data

FROM $RUNTIME_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="gateway" \
      org.opencontainers.image.description="A reverse proxy on YARP that checks JWT access tokens at the edge of a cluster" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE"
# The runtime's diagnostics want to write to /tmp; the root file system is read-only.
ENV DOTNET_EnableDiagnostics=0 GATEWAY_CONFIG=/etc/gateway/yarp.json PATH=/app:$PATH
WORKDIR /app
COPY --from=build /app/ ./
# For a revocation list in SQLite, a key cache: mount a volume over it.
COPY --from=build --chown=1654:1654 /data/ /var/lib/gateway/
EXPOSE 8080 8081
USER 1654:1654
ENTRYPOINT ["dotnet", "Gateway.dll"]
CMD ["run"]
