{{- define "orleans-inference.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "orleans-inference.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: silo
{{- end }}

{{- define "orleans-inference.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "orleans-inference.secret" -}}
{{- default (include "orleans-inference.fullname" .) .Values.secrets.existing -}}
{{- end }}

{{- define "orleans-inference.postgres" -}}
{{- if .Values.trialPostgres.enabled -}}
Host={{ include "orleans-inference.fullname" . }}-postgres;Database=inference;Username=inference;Password={{ required "trialPostgres.password is needed" .Values.trialPostgres.password }}
{{- else -}}
{{ required "secrets.postgres is needed: a connection string such as Host=…;Database=…;Username=…;Password=…" .Values.secrets.postgres }}
{{- end -}}
{{- end }}

{{- define "orleans-inference.cluster-secret" -}}
{{- if .Values.tls.enabled -}}
{{ .Values.secrets.clusterSecret }}
{{- else -}}
{{ required "secrets.clusterSecret is needed unless tls.enabled: 16 random characters or more" .Values.secrets.clusterSecret }}
{{- end -}}
{{- end }}
