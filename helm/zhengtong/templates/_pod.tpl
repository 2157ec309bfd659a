{{/* What all pods share; arguments: root, component. */}}

{{- define "zhengtong.pod.metadata" -}}
labels:
  {{- include "zhengtong.labels" . | nindent 2 }}
  {{- with .root.Values.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
annotations:
  # A changed setting starts the pods anew. The Secret is not ours: after changing it, `kubectl rollout restart`.
  zhengtong/settings: {{ include "zhengtong.settings" .root | sha256sum }}
  {{- with .root.Values.podAnnotations }}{{ toYaml . | nindent 2 }}{{ end }}
{{- end }}

{{- define "zhengtong.pod.spec" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: home
    emptyDir: {sizeLimit: {{ .root.Values.scratch }}}
  - name: tmp
    emptyDir: {sizeLimit: {{ .root.Values.scratch }}}
{{- with .root.Values.interop.ca }}
{{- if .configMap }}
  - name: authorities
    configMap: {name: {{ .configMap }}, items: [{key: {{ .key }}, path: ca.crt}]}
{{- end }}
{{- end }}
{{- if and .root.Values.signer.enabled (has .component (list "web" "worker")) }}
  - name: signer
    emptyDir: {medium: Memory, sizeLimit: 1Mi}
# Started before the others and stopped after them. It alone gets the keys that open the private keys, and shows the
# others a socket; no request gives a key away.
initContainers:
  - name: signer
    restartPolicy: Always
    {{- include "zhengtong.container" (dict "root" .root "component" "signer") | nindent 4 }}
    args: [zhengtong, signer, --socket=/run/zhengtong/signer.sock]
    envFrom:
      - configMapRef: {name: {{ include "zhengtong.name" .root }}}
    env:
      {{- include "zhengtong.secrets" .root | nindent 6 }}
      {{- include "zhengtong.role" "zt_signer" | nindent 6 }}
      - {name: ZT_KEY_HOLDER, value: database}
      - name: ZT_KEYSTORE_KEYS
        valueFrom:
          secretKeyRef: {name: {{ .root.Values.existingSecret | quote }}, key: ZT_KEYSTORE_KEYS}
    startupProbe:
      exec: {command: [test, -S, /run/zhengtong/signer.sock]}
      periodSeconds: 1
      failureThreshold: 60
{{- end }}
{{- end }}

{{- define "zhengtong.pod.spread" -}}
{{- $selector := include "zhengtong.selector" . }}
{{- with .root.Values.topologySpread }}
topologySpreadConstraints:
  {{- range . }}
  - topologyKey: {{ .topologyKey }}
    maxSkew: {{ .maxSkew }}
    whenUnsatisfiable: {{ .whenUnsatisfiable }}
    labelSelector:
      matchLabels: {{- $selector | nindent 8 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Everything of a container but its command and probes. The root file system is read-only. */}}
{{- define "zhengtong.container" -}}
image: {{ include "zhengtong.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: home, mountPath: /var/lib/zhengtong}
  - {name: tmp, mountPath: /tmp}
  {{- if .root.Values.interop.ca.configMap }}
  - {name: authorities, mountPath: /etc/zhengtong/authorities, readOnly: true}
  {{- end }}
  {{- if and .root.Values.signer.enabled (has .component (list "web" "worker" "signer")) }}
  - {name: signer, mountPath: /run/zhengtong}
  {{- end }}
resources: {{- toYaml (index .root.Values .component).resources | nindent 2 }}
{{- end }}
