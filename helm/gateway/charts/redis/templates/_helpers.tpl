{{/* Not "redis.": a subchart's templates share the parent's names. */}}
{{- define "bundledRedis.fullname" -}}
{{- printf "%s-redis" (.Release.Name | trunc 52 | trimSuffix "-") }}
{{- end }}

{{- define "bundledRedis.selectorLabels" -}}
app.kubernetes.io/name: redis
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "bundledRedis.labels" -}}
{{ include "bundledRedis.selectorLabels" . }}
app.kubernetes.io/component: revocation-store
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
