{{/* Names and labels. */}}

{{- define "zhengtong.name" -}}
{{- if contains "zhengtong" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-zhengtong" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What never changes of a pod's labels; arguments: root, component ("" for all pods of the release). */}}
{{- define "zhengtong.selector" -}}
app.kubernetes.io/name: zhengtong
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "zhengtong.labels" -}}
{{ include "zhengtong.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "zhengtong.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "zhengtong.name" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "zhengtong.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}
