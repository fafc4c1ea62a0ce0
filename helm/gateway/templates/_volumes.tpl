{{/* One volume of files for each concern. Directories are mounted whole, so that a rotated secret arrives in the running pod. */}}
{{- define "gateway.volumes" -}}
- name: config
  configMap:
    name: {{ include "gateway.configMapName" . }}
    defaultMode: 0444
- name: data
  {{- if .Values.data.existingClaim }}
  persistentVolumeClaim:
    claimName: {{ .Values.data.existingClaim }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.data.sizeLimit }}
  {{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- if .Values.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "gateway.tlsSecretName" . }}
    defaultMode: 0440
{{- end }}
{{- with include "gateway.redisSecretName" . }}
- name: redis-password
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - key: {{ ternary $.Values.bundledRedis.passwordKey $.Values.redis.passwordKey $.Values.bundledRedis.enabled }}
        path: password
{{- end }}
{{- if .Values.redis.tls.existingSecret }}
- name: redis-tls
  secret:
    secretName: {{ .Values.redis.tls.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- if .Values.secrets.files }}
- name: secret-files
  secret:
    secretName: {{ include "gateway.fullname" . }}
    defaultMode: 0440
{{- end }}
{{- range .Values.secrets.existing }}
- name: secret-{{ .name }}
  secret:
    secretName: {{ .secretName }}
    defaultMode: 0440
    {{- with .items }}
    items:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* A file that is mounted alone never changes in a running pod, which is what rollout asks for; a directory follows its ConfigMap. */}}
{{- define "gateway.volumeMounts" -}}
- name: config
  {{- if eq .Values.config.reload "rollout" }}
  mountPath: /etc/gateway/yarp.json
  subPath: yarp.json
  {{- else }}
  mountPath: /etc/gateway
  {{- end }}
  readOnly: true
- name: data
  mountPath: /var/lib/gateway
- name: tmp
  mountPath: /tmp
{{- if .Values.tls.enabled }}
- name: tls
  mountPath: /etc/gateway-tls
  readOnly: true
{{- end }}
{{- if include "gateway.redisSecretName" . }}
- name: redis-password
  mountPath: /etc/gateway-secrets/redis
  readOnly: true
{{- end }}
{{- if .Values.redis.tls.existingSecret }}
- name: redis-tls
  mountPath: /etc/gateway-secrets/redis-tls
  readOnly: true
{{- end }}
{{- if .Values.secrets.files }}
- name: secret-files
  mountPath: /etc/gateway-secrets/files
  readOnly: true
{{- end }}
{{- range .Values.secrets.existing }}
- name: secret-{{ .name }}
  mountPath: /etc/gateway-secrets/{{ .name }}
  readOnly: true
{{- end }}
{{- end }}
