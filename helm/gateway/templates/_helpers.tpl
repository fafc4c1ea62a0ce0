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

{{/* A probe: its path, the management port, and the numbers of the values. */}}
{{- define "gateway.probe" -}}
httpGet:
  path: {{ .path }}
  port: management
{{ toYaml .probe }}
{{- end }}
