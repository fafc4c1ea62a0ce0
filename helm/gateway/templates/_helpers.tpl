{{/* The name of the application, for labels. */}}
{{- define "gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* What every object's name begins with. 52 characters leave room for "-management" within the 63 of a DNS label. */}}
{{- define "gateway.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "gateway.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{/* Whether pods are counted, as a Deployment's are; a DaemonSet has one on each node. */}}
{{- define "gateway.isDeployment" -}}
{{- if eq .Values.kind "Deployment" }}true{{ end }}
{{- end }}

{{/* The fewest pods that the release promises. */}}
{{- define "gateway.minReplicas" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas }}
{{- else if .Values.keda.enabled }}{{ .Values.keda.minReplicas }}
{{- else }}{{ .Values.replicaCount }}{{ end }}
{{- end }}

{{/* Whether there is more than one pod, or may be. */}}
{{- define "gateway.hasManyPods" -}}
{{- if or (not (include "gateway.isDeployment" .)) .Values.autoscaling.enabled .Values.keda.enabled (gt (int .Values.replicaCount) 1) }}true{{ end }}
{{- end }}

{{/* Never add to these: a Deployment's selector cannot change. */}}
{{- define "gateway.selectorLabels" -}}
app.kubernetes.io/name: {{ include "gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gateway.labels" -}}
{{ include "gateway.selectorLabels" . }}
{{ include "gateway.commonLabels" . }}
{{- end }}

{{/* For objects that are no part of the gateway's own pods, too. */}}
{{- define "gateway.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "gateway.image" -}}
{{- $name := printf "%s/%s" .Values.image.registry .Values.image.repository | trimPrefix "/" }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $name .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $name (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "gateway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "gateway.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "gateway.configMapName" -}}
{{- default (include "gateway.fullname" .) .Values.config.existingConfigMap }}
{{- end }}

{{/* yarp.json as the chart writes it; empty with a ConfigMap of the user's. */}}
{{- define "gateway.yarpJson" -}}
{{- if .Values.config.file }}
{{- .Values.config.file }}
{{- else if .Values.config.yarp }}
{{- toPrettyJson .Values.config.yarp }}
{{- end }}
{{- end }}

{{/* yarp.json as an object, or an object with the one key "Error". The file may hold what the gateway takes and JSON does not have: a byte order
mark, comments, and commas before a closing bracket. Text in quotes is matched first, so that it stays as it is. */}}
{{- define "gateway.yarpDocument" -}}
{{- if .Values.config.file }}
{{- $text := regexReplaceAll `("(?:\\.|[^"\\])*")|//[^\n]*|(?s:/\*.*?\*/)` (trimPrefix "\uFEFF" .Values.config.file) "${1}" }}
{{- $text = regexReplaceAll `("(?:\\.|[^"\\])*")|,(\s*[}\]])` $text "${1}${2}" }}
{{- $text | fromJson | toJson }}
{{- else }}
{{- toJson .Values.config.yarp }}
{{- end }}
{{- end }}

{{- define "gateway.tlsSecretName" -}}
{{- default (printf "%s-tls" (include "gateway.fullname" .)) .Values.tls.existingSecret }}
{{- end }}

{{/* Redis' address and options; empty when Redis is not the store. */}}
{{- define "gateway.redisConnection" -}}
{{- $connection := .Values.redis.connection }}
{{- if .Values.bundledRedis.enabled }}
{{- $connection = printf "%s-redis:6379" (.Release.Name | trunc 52 | trimSuffix "-") }}
{{- end }}
{{- if and $connection .Values.redis.tls.enabled (not (contains "ssl=" $connection)) }}
{{- $connection = printf "%s,ssl=true" $connection }}
{{- end }}
{{- if $connection }}
{{- with .Values.redis.user }}{{ $connection = printf "%s,user=%s" $connection . }}{{ end }}
{{- with .Values.redis.sentinel.primaryName }}{{ $connection = printf "%s,serviceName=%s" $connection . }}{{ end }}
{{- end }}
{{- $connection }}
{{- end }}

{{- define "gateway.redisSecretName" -}}
{{- ternary .Values.bundledRedis.existingSecret .Values.redis.existingSecret .Values.bundledRedis.enabled }}
{{- end }}

{{/* Seconds as the gateway reads times: hh:mm:ss. */}}
{{- define "gateway.time" -}}
{{- $seconds := int . }}
{{- printf "%02d:%02d:%02d" (div $seconds 3600) (div (mod $seconds 3600) 60) (mod $seconds 60) }}
{{- end }}

{{/* The hooks of the container: those of the values, and the wait before SIGTERM unless they have a preStop of their own. */}}
{{- define "gateway.lifecycle" -}}
{{- $own := .Values.lifecycle }}
{{- if and .Values.preStopSeconds (not (hasKey $own "preStop")) }}
{{- $own = merge (dict "preStop" (dict "sleep" (dict "seconds" (int .Values.preStopSeconds)))) $own }}
{{- end }}
{{- if $own }}{{ toYaml $own }}{{ end }}
{{- end }}

{{/* A probe: its path, the management port, and the numbers of the values. */}}
{{- define "gateway.probe" -}}
httpGet:
  path: {{ .path }}
  port: management
{{ toYaml .probe }}
{{- end }}
