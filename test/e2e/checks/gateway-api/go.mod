// The definitions of the Gateway API, pinned by go.sum; nothing is compiled, `go mod download` gives the files.
module millrace.dev/checks/gateway-api

go 1.26

require sigs.k8s.io/gateway-api v1.6.3
