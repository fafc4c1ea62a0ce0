{{/* The environment of the gateway, all but extraEnv. A variable wins over yarp.json. */}}
{{- define "gateway.env" -}}
{{- if or .Values.tls.enabled .Values.grpc.enabled -}}
- name: Kestrel__Endpoints__Http__Url
  value: http://*:{{ .Values.containerPorts.http }}
{{- else -}}
- name: ASPNETCORE_HTTP_PORTS
  value: {{ .Values.containerPorts.http | quote }}
{{- end }}
{{- if .Values.tls.enabled }}
- name: Kestrel__Endpoints__Https__Url
  value: https://*:{{ .Values.containerPorts.https }}
- name: Kestrel__Endpoints__Https__Certificate__Path
  value: /etc/gateway-tls/tls.crt
- name: Kestrel__Endpoints__Https__Certificate__KeyPath
  value: /etc/gateway-tls/tls.key
{{- end }}
{{- if .Values.grpc.enabled }}
- name: Kestrel__Endpoints__Grpc__Url
  value: http://*:{{ .Values.containerPorts.grpc }}
- name: Kestrel__Endpoints__Grpc__Protocols
  value: Http2
{{- end }}
- name: Gateway__Management__Port
  value: {{ .Values.containerPorts.management | quote }}
{{- if .Values.externalAuthorization.enabled }}
- name: Gateway__ExternalAuthorization__Port
  value: {{ .Values.containerPorts.authorization | quote }}
{{- range $index, $protocol := .Values.externalAuthorization.protocols }}
- name: Gateway__ExternalAuthorization__Protocols__{{ $index }}
  value: {{ $protocol }}
{{- end }}
{{- end }}
{{- /* The gateway's own defaults need no variable. */}}
{{- if ne (int .Values.drain.delaySeconds) 5 }}
- name: Gateway__Drain__Delay
  value: {{ include "gateway.time" .Values.drain.delaySeconds | quote }}
{{- end }}
{{- if ne (int .Values.drain.timeoutSeconds) 30 }}
- name: Gateway__Drain__Timeout
  value: {{ include "gateway.time" .Values.drain.timeoutSeconds | quote }}
{{- end }}
{{ include "gateway.revocationEnv" . }}
{{- if .Values.telemetry.otlp.endpoint }}
{{ include "gateway.telemetryEnv" . }}
{{- end }}
{{- end }}

{{- define "gateway.revocationEnv" -}}
{{- $connection := include "gateway.redisConnection" . }}
{{- if $connection -}}
- name: Gateway__Revocation__Store
  value: Redis
- name: Gateway__Revocation__Redis__Connection
  value: {{ $connection | quote }}
{{- with .Values.redis.keyPrefix }}
- name: Gateway__Revocation__Redis__KeyPrefix
  value: {{ . | quote }}
{{- end }}
{{- if include "gateway.redisSecretName" . }}
- name: Gateway__Revocation__Redis__PasswordFile
  value: /etc/gateway-secrets/redis/password
{{- end }}
{{- if .Values.redis.tls.existingSecret }}
- name: Gateway__Revocation__Redis__CaFile
  value: /etc/gateway-secrets/redis-tls/ca.crt
{{- end }}
{{- if .Values.redis.tls.clientCertificate }}
- name: Gateway__Revocation__Redis__CertificateFile
  value: /etc/gateway-secrets/redis-tls/tls.crt
- name: Gateway__Revocation__Redis__CertificateKeyFile
  value: /etc/gateway-secrets/redis-tls/tls.key
{{- end }}
{{- else -}}
- name: Gateway__Revocation__Sqlite__Path
  value: /var/lib/gateway/revocations.db
{{- end }}
{{- end }}

{{- define "gateway.telemetryEnv" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: OTEL_SERVICE_NAME
  value: {{ include "gateway.fullname" . }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: k8s.namespace.name={{ include "gateway.namespace" . }},k8s.pod.name=$(POD_NAME)
  {{- range $name, $value := .Values.telemetry.resourceAttributes }},{{ $name }}={{ $value }}{{ end }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.telemetry.otlp.endpoint | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ .Values.telemetry.otlp.protocol }}
{{- with .Values.telemetry.otlp.existingSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.telemetry.otlp.headersKey }}
{{- end }}
{{- end }}
