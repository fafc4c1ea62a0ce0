{{/* What the schema cannot say: values that contradict each other. Every message names the values and the cure; all are told at once. */}}
{{- define "gateway.validate" -}}
{{- $errors := list }}
{{- range $group := list "config" "redis" "tls" "pods" "scaling" "network" "monitoring" }}
{{- range splitList "\n" (include (printf "gateway.validate.%s" $group) $) }}
{{- with trim . }}
{{- $errors = append $errors . }}
{{- end }}
{{- end }}
{{- end }}
{{- if $errors }}
{{- fail (printf "\n  - %s" (join "\n  - " $errors)) }}
{{- end }}
{{- end }}

{{- define "gateway.validate.config" -}}
{{- $config := .Values.config }}
{{- $sources := list }}
{{- if $config.yarp }}{{ $sources = append $sources "config.yarp" }}{{ end }}
{{- if $config.file }}{{ $sources = append $sources "config.file" }}{{ end }}
{{- if $config.existingConfigMap }}{{ $sources = append $sources "config.existingConfigMap" }}{{ end }}
{{- if not $sources }}
There is no yarp.json: set config.yarp, config.existingConfigMap, or --set-file config.file=yarp.json.
{{- else if gt (len $sources) 1 }}
{{ join " and " $sources }} are both set: keep one of them.
{{- end }}
{{- $text := include "gateway.yarpJson" . }}
{{- if gt (len $text) 1000000 }}
yarp.json is larger than a ConfigMap may be (1 MB): mount it with extraVolumes.
{{- end }}
{{- if regexMatch "(?i)password\\s*=" $text }}
yarp.json holds a Redis password: put it into a Secret and name that in redis.existingSecret.
{{- end }}
{{- $document := include "gateway.yarpDocument" . | fromJson }}
{{- if and $config.file (hasKey $document "Error") }}
config.file is not JSON: {{ $document.Error }}. Check it with: gateway check yarp.json
{{- end }}
{{- $from := ternary "config.file" "config.yarp" (not (empty $config.file)) }}
{{- $gateway := dig "Gateway" dict $document }}
{{- with dig "Management" "Port" "" $gateway }}
{{- if ne (toString .) (toString $.Values.containerPorts.management) }}
{{ $from }} sets Gateway:Management:Port to {{ . }} and containerPorts.management is {{ $.Values.containerPorts.management }}: set only containerPorts.management.
{{- end }}
{{- end }}
{{- if $.Values.externalAuthorization.enabled }}
{{- range $name := list "Port" "Protocols" }}
{{- if dig "ExternalAuthorization" $name "" $gateway }}
{{ $from }} sets Gateway:ExternalAuthorization:{{ $name }} and externalAuthorization.enabled sets it too: set only containerPorts.authorization and externalAuthorization.protocols.
{{- end }}
{{- end }}
{{- end }}
{{- $store := dig "Revocation" "Store" "" $gateway }}
{{- if and $store (ne $store "Redis") (include "gateway.redisConnection" .) }}
{{ $from }} sets Gateway:Revocation:Store to {{ $store }} and redis.connection or bundledRedis.enabled asks for Redis: keep one of them.
{{- end }}
{{- range .Values.secrets.existing }}
{{- if has .name (list "redis" "redis-tls" "files") }}
secrets.existing has the name "{{ .name }}", which the chart uses itself: choose another.
{{- end }}
{{- end }}
{{- range .Values.extraEnv }}
{{- if has .name (list "Gateway__Management__Port" "Gateway__ExternalAuthorization__Port" "Gateway__ExternalAuthorization__Protocols__0" "Gateway__Revocation__Store" "Gateway__Revocation__Redis__Connection" "Gateway__Drain__Delay" "Gateway__Drain__Timeout" "ASPNETCORE_HTTP_PORTS" "ASPNETCORE_URLS") }}
extraEnv sets {{ .name }}, which the chart sets itself: use containerPorts, redis or drain.
{{- end }}
{{- end }}
{{- end }}

{{- define "gateway.validate.redis" -}}
{{- $redis := .Values.redis }}
{{- if and $redis.connection .Values.bundledRedis.enabled }}
redis.connection and bundledRedis.enabled are both set: keep one of them.
{{- end }}
{{- if regexMatch "(?i)password\\s*=" $redis.connection }}
redis.connection holds a password: put it into a Secret and name that in redis.existingSecret.
{{- end }}
{{- if and .Values.bundledRedis.enabled (not .Values.bundledRedis.existingSecret) }}
bundledRedis.enabled needs bundledRedis.existingSecret: a Secret with the password for it.
{{- end }}
{{- if and .Values.bundledRedis.enabled $redis.existingSecret }}
bundledRedis.enabled and redis.existingSecret are both set: use bundledRedis.existingSecret.
{{- end }}
{{- if and .Values.bundledRedis.enabled $redis.tls.enabled }}
bundledRedis.enabled and redis.tls.enabled are both set: the bundled Redis has no TLS.
{{- end }}
{{- if and .Values.bundledRedis.enabled .Values.namespaceOverride }}
namespaceOverride and bundledRedis.enabled are both set: the bundled Redis is in the namespace of the release. Use redis.connection, or install with --namespace.
{{- end }}
{{- if and .Values.bundledRedis.enabled (or $redis.user $redis.sentinel.primaryName) }}
bundledRedis.enabled is set with redis.user or redis.sentinel.primaryName: the bundled Redis has one user and no sentinels. Use redis.connection.
{{- end }}
{{- if and $redis.user (regexMatch "(?i)(^|,)\\s*user\\s*=" $redis.connection) }}
redis.user and user= in redis.connection are both set: keep redis.user.
{{- end }}
{{- if and $redis.sentinel.primaryName (regexMatch "(?i)(^|,)\\s*serviceName\\s*=" $redis.connection) }}
redis.sentinel.primaryName and serviceName= in redis.connection are both set: keep redis.sentinel.primaryName.
{{- end }}
{{- if and $redis.user (not $redis.existingSecret) }}
redis.user needs redis.existingSecret: the Secret with the password of that user.
{{- end }}
{{- if not (include "gateway.redisConnection" .) }}
{{- if $redis.user }}
redis.user is set without redis.connection: set where Redis is.
{{- end }}
{{- if $redis.sentinel.primaryName }}
redis.sentinel.primaryName is set without redis.connection: set where the sentinels are.
{{- end }}
{{- if $redis.existingSecret }}
redis.existingSecret is set without redis.connection: set where Redis is.
{{- end }}
{{- if $redis.tls.enabled }}
redis.tls.enabled is set without redis.connection: set where Redis is.
{{- end }}
{{- end }}
{{- if and $redis.tls.existingSecret (not $redis.tls.enabled) }}
redis.tls.existingSecret is set without redis.tls.enabled: set that too.
{{- end }}
{{- if and $redis.tls.clientCertificate (not $redis.tls.existingSecret) }}
redis.tls.clientCertificate needs redis.tls.existingSecret: the Secret with tls.crt and tls.key.
{{- end }}
{{- end }}

{{- define "gateway.validate.tls" -}}
{{- if and .Values.tls.enabled (not .Values.tls.existingSecret) (not .Values.certificate.enabled) }}
tls.enabled needs a certificate: set tls.existingSecret or certificate.enabled.
{{- end }}
{{- if and .Values.tls.existingSecret (not .Values.tls.enabled) }}
tls.existingSecret is set without tls.enabled: set that too.
{{- end }}
{{- if .Values.certificate.enabled }}
{{- if not .Values.tls.enabled }}
certificate.enabled is set without tls.enabled: set that too.
{{- end }}
{{- if .Values.tls.existingSecret }}
certificate.enabled and tls.existingSecret are both set: keep one of them.
{{- end }}
{{- if not .Values.certificate.issuerRef.name }}
certificate.enabled needs certificate.issuerRef.name: the issuer of cert-manager.
{{- end }}
{{- if not .Values.certificate.dnsNames }}
certificate.enabled needs certificate.dnsNames: at least one name.
{{- end }}
{{- end }}
{{- end }}

{{- define "gateway.validate.pods" -}}
{{- $needed := add .Values.preStopSeconds .Values.drain.delaySeconds .Values.drain.timeoutSeconds .Values.drain.marginSeconds }}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $needed) }}
terminationGracePeriodSeconds is {{ .Values.terminationGracePeriodSeconds }}, and preStopSeconds + drain.delaySeconds + drain.timeoutSeconds + drain.marginSeconds is {{ $needed }}: Kubernetes would kill requests in flight. Set it to {{ $needed }} or more.
{{- end }}
{{- if include "gateway.isDeployment" . }}
{{- $replicas := include "gateway.minReplicas" . }}
{{- with .Values.podDisruptionBudget }}
{{- if .enabled }}
{{- $hasMin := not (kindIs "invalid" .minAvailable) }}
{{- $hasMax := not (kindIs "invalid" .maxUnavailable) }}
{{- if and $hasMin $hasMax }}
podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable are both set: set one of them to null.
{{- else if not (or $hasMin $hasMax) }}
podDisruptionBudget.enabled needs podDisruptionBudget.maxUnavailable: 1 is a good choice.
{{- else if and $hasMax (has (toString .maxUnavailable) (list "0" "0%")) }}
podDisruptionBudget.maxUnavailable is {{ .maxUnavailable }}: no node could ever be drained. Set it to 1 or more.
{{- else if and $hasMin (or (eq (toString .minAvailable) "100%") (and (not (kindIs "string" .minAvailable)) (ge (int .minAvailable) (int $replicas)))) }}
podDisruptionBudget.minAvailable is {{ .minAvailable }} of {{ $replicas }} pods: no node could ever be drained. Use podDisruptionBudget.maxUnavailable: 1.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $rolling := dig "rollingUpdate" dict .Values.updateStrategy }}
{{- if and (eq .Values.updateStrategy.type "RollingUpdate") (has (toString (dig "maxUnavailable" "25%" $rolling)) (list "0" "0%")) (has (toString (dig "maxSurge" "25%" $rolling)) (list "0" "0%")) }}
updateStrategy.rollingUpdate.maxUnavailable and updateStrategy.rollingUpdate.maxSurge are both 0: no roll-out could begin.
{{- end }}
{{- if .Values.data.existingClaim }}
{{- if include "gateway.hasManyPods" . }}
data.existingClaim is for one pod, since a SQLite file cannot be shared: set replicaCount to 1 in a Deployment without autoscaling, or use redis.connection.
{{- else if ne .Values.updateStrategy.type "Recreate" }}
data.existingClaim needs updateStrategy.type Recreate (and updateStrategy.rollingUpdate null): a new pod would wait for the volume of the old one.
{{- end }}
{{- end }}
{{- end }}

{{- define "gateway.validate.scaling" -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) }}
autoscaling.minReplicas is {{ .Values.autoscaling.minReplicas }} and autoscaling.maxReplicas is {{ .Values.autoscaling.maxReplicas }}: the most must not be less than the fewest.
{{- end }}
{{- if and .Values.autoscaling.enabled (not .Values.autoscaling.targetCPUUtilizationPercentage) (not .Values.autoscaling.targetMemoryUtilizationPercentage) (not .Values.autoscaling.metrics) }}
autoscaling.enabled needs a metric: set autoscaling.targetCPUUtilizationPercentage.
{{- end }}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled }}
autoscaling.enabled and keda.enabled are both set: KEDA makes a HorizontalPodAutoscaler itself. Keep one of them.
{{- end }}
{{- if and .Values.keda.enabled (not .Values.keda.triggers) }}
keda.enabled needs keda.triggers: at least one.
{{- end }}
{{- if and .Values.keda.enabled (gt (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas)) }}
keda.minReplicas is {{ .Values.keda.minReplicas }} and keda.maxReplicas is {{ .Values.keda.maxReplicas }}: the most must not be less than the fewest.
{{- end }}
{{- if not (include "gateway.isDeployment" .) }}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled }}
kind is DaemonSet, and autoscaling.enabled or keda.enabled is set: a DaemonSet has one pod on each node. Set kind to Deployment.
{{- end }}
{{- if not (has .Values.updateStrategy.type (list "RollingUpdate" "OnDelete")) }}
updateStrategy.type is {{ .Values.updateStrategy.type }}: a DaemonSet has RollingUpdate or OnDelete.
{{- end }}
{{- else if eq .Values.updateStrategy.type "OnDelete" }}
updateStrategy.type is OnDelete: a Deployment has RollingUpdate or Recreate.
{{- end }}
{{- $surge := dig "rollingUpdate" "maxSurge" "25%" .Values.updateStrategy }}
{{- if and .Values.hostNetwork (eq .Values.updateStrategy.type "RollingUpdate") (not (has (toString $surge) (list "0" "0%"))) }}
hostNetwork is set and updateStrategy.rollingUpdate.maxSurge is {{ $surge }}: two pods cannot have the ports of one node. Set maxSurge to 0 and maxUnavailable to 1.
{{- end }}
{{- end }}

{{- define "gateway.validate.network" -}}
{{- $ports := list .Values.containerPorts.http .Values.containerPorts.management }}
{{- if .Values.tls.enabled }}
{{- $ports = append $ports .Values.containerPorts.https }}
{{- end }}
{{- if .Values.grpc.enabled }}
{{- $ports = append $ports .Values.containerPorts.grpc }}
{{- end }}
{{- if .Values.externalAuthorization.enabled }}
{{- $ports = append $ports .Values.containerPorts.authorization }}
{{- end }}
{{- if lt (len ($ports | toStrings | uniq)) (len $ports) }}
containerPorts has the same number twice: give http, https, grpc, management and authorization ports of their own.
{{- end }}
{{- $servicePorts := list .Values.service.port }}
{{- if .Values.tls.enabled }}
{{- $servicePorts = append $servicePorts .Values.service.httpsPort }}
{{- end }}
{{- if .Values.grpc.enabled }}
{{- $servicePorts = append $servicePorts .Values.service.grpcPort }}
{{- end }}
{{- if lt (len ($servicePorts | toStrings | uniq)) (len $servicePorts) }}
service has the same port twice: give port, httpsPort and grpcPort numbers of their own.
{{- end }}
{{- if and .Values.service.grpcNodePort (not .Values.grpc.enabled) }}
service.grpcNodePort is set without grpc.enabled: set that too.
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
ingress.enabled needs ingress.hosts: at least one host.
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
httpRoute.enabled needs httpRoute.parentRefs: at least one Gateway.
{{- end }}
{{- if ne .Values.service.type "LoadBalancer" }}
{{- if or .Values.service.loadBalancerClass .Values.service.loadBalancerSourceRanges }}
service.loadBalancerClass and service.loadBalancerSourceRanges are for service.type LoadBalancer, and it is {{ .Values.service.type }}.
{{- end }}
{{- end }}
{{- if eq .Values.service.type "ClusterIP" }}
{{- if or .Values.service.nodePort .Values.service.httpsNodePort .Values.service.grpcNodePort .Values.service.externalTrafficPolicy }}
service.nodePort, service.httpsNodePort, service.grpcNodePort and service.externalTrafficPolicy are for service.type NodePort or LoadBalancer, and it is ClusterIP.
{{- end }}
{{- end }}
{{- end }}

{{- define "gateway.validate.monitoring" -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}
serviceMonitor.enabled and podMonitor.enabled are both set: every pod would be scraped twice. Keep one of them.
{{- end }}
{{- if and .Values.serviceMonitor.enabled (not .Values.managementService.enabled) }}
serviceMonitor.enabled needs managementService.enabled: set that too, or use podMonitor.
{{- end }}
{{- if and .Values.telemetry.otlp.existingSecret (not .Values.telemetry.otlp.endpoint) }}
telemetry.otlp.existingSecret is set without telemetry.otlp.endpoint: set where the collector is.
{{- end }}
{{- end }}
