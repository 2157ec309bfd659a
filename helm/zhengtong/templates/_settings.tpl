{{/* What the processes read from their environment: docs/operations.md lists it, tests/helm compares the two. */}}

{{/* The plain settings, as the data of a ConfigMap. */}}
{{- define "zhengtong.settings" -}}
{{- $origins := .Values.site.trustedOrigins }}
{{- if not $origins }}{{ range .Values.site.hosts }}{{ $origins = append $origins (printf "https://%s" .) }}{{ end }}{{ end -}}
ZT_PRODUCTION: "1"
ZT_HOME: /var/lib/zhengtong
ZT_ALLOWED_HOSTS: {{ join "," .Values.site.hosts | quote }}
ZT_TRUSTED_ORIGINS: {{ join "," $origins | quote }}
ZT_PUBLIC_URL: {{ .Values.site.publicUrl | default (first $origins) | quote }}
ZT_PROXIES: {{ .Values.site.proxies | int | quote }}
ZT_LOG_LEVEL: {{ .Values.site.logLevel | quote }}
ZT_CONN_MAX_AGE: {{ .Values.site.connectionMaxAge | int | quote }}
ZT_CONNECTIONS: {{ .Values.database.connections | int | quote }}
ZT_CONNECTION_WAIT: {{ .Values.database.connectionWait | int | quote }}
ZT_CONNECTION_LIFETIME: {{ .Values.database.connectionLifetime | int | quote }}
ZT_LOG_FORMAT: {{ .Values.site.logFormat | quote }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ .Values.tracing.endpoint | quote }}
ZT_TRACE_SHARE: {{ .Values.tracing.share | quote }}
ZT_KEY_HOLDER: {{ ternary "unix:/run/zhengtong/signer.sock" "database" .Values.signer.enabled | quote }}
INTEROP_CA: {{ ternary "/etc/zhengtong/authorities/ca.crt" "" (ne .Values.interop.ca.configMap "") | quote }}
ZT_METRICS_ADDRESS: {{ printf "0.0.0.0:%d" (.Values.metrics.port | int) | quote }}
INTEROP_SUITE: {{ .Values.interop.suite | quote }}
INTEROP_ROOT_KEYS: {{ join "," .Values.interop.rootKeys | quote }}
ZT_KEY_ROTATION_DAYS: {{ .Values.interop.rotationDays | int | quote }}
INTEROP_ANSWER_SECONDS: {{ .Values.interop.answerSeconds | int | quote }}
INTEROP_WORKERS_PER_DESTINATION: {{ .Values.interop.workersPerDestination | int | quote }}
INTEROP_DELIVERIES_AT_ONCE: {{ .Values.interop.deliveriesAtOnce | int | quote }}
INTEROP_MOST_UNAPPLIED: {{ .Values.interop.mostUnapplied | int | quote }}
INTEROP_GIVE_UP_DAYS: {{ .Values.interop.giveUpDays | int | quote }}
INTEROP_OUTBOX_KEPT_DAYS: {{ .Values.interop.outboxKeptDays | int | quote }}
ZT_DEPARTMENT_ORIGINS: {{ join "," .Values.departments.origins | quote }}
ZT_SMS_PROVIDER: {{ .Values.sms.provider | quote }}
ZT_SMS_ENDPOINT: {{ .Values.sms.endpoint | quote }}
ZT_SMS_ORIGINS: {{ join "," .Values.sms.origins | quote }}
ZT_SMS_KEY_ID: {{ .Values.sms.keyId | quote }}
ZT_SMS_SECONDS: {{ .Values.sms.seconds | quote }}
ZT_SMS_HONOURS_KEYS: {{ ternary "1" "0" .Values.sms.honoursKeys | quote }}
S3_ENDPOINT: {{ .Values.s3.endpoint | quote }}
S3_SECURE: {{ ternary "1" "0" .Values.s3.secure | quote }}
S3_PUBLIC_ENDPOINT: {{ .Values.s3.publicEndpoint | quote }}
S3_BUCKET: {{ .Values.s3.bucket | quote }}
S3_REGION: {{ .Values.s3.region | quote }}
{{- end }}

{{/* Who a process is in the database outside centres; argument: one of the roles that `zhengtong migrate` makes. */}}
{{- define "zhengtong.role" -}}
- {name: ZT_ROLE, value: {{ . | quote }}}
{{- end }}

{{/* The secret ones, each by reference: the Secret may hold other keys, which the pods do not get. */}}
{{- define "zhengtong.secrets" -}}
{{- range list "ZT_SECRET_KEY" "ZT_VAULT_KEYS" "ZT_INDEX_KEY" "S3_ACCESS_KEY" "S3_SECRET_KEY" "DATABASE_URL" "CELERY_BROKER_URL" "CACHE_URL" }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.existingSecret | quote }}
      key: {{ . }}
{{- end }}
- name: ZT_METRICS_TOKEN # without it there are no figures
  valueFrom:
    secretKeyRef: {name: {{ .Values.existingSecret | quote }}, key: ZT_METRICS_TOKEN, optional: true}
{{- end }}
