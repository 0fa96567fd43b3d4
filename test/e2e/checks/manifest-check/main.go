// Command manifest-check asks Kubernetes' own code what an API server would say about manifests, without a cluster.
//
// It reads YAML documents from the files it is given and prints one JSON finding a line:
//
//	decode        a field that the API does not have, or one that is given twice
//	canonical     a value that the API server stores in another spelling, which shows as a difference for ever
//	invalid       what validation refuses
//	warning       what the API server warns of
//	pod-security  what Pod Security "restricted" forbids in a pod template
//
// It exits 0 when it could judge every document, whatever it found, and 2 when it could not.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// finding is one line of the output.
type finding struct {
	Check   string `json:"check"`
	Object  string `json:"object"`
	Message string `json:"message"`
}

func main() {
	crd := flag.String("crd", "", "file with a CustomResourceDefinition that documents may use")
	flag.Parse()
	findings, err := checkFiles(*crd, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "manifest-check:", err)
		os.Exit(2)
	}
	output := json.NewEncoder(os.Stdout)
	for _, found := range findings {
		if err := output.Encode(found); err != nil {
			fmt.Fprintln(os.Stderr, "manifest-check:", err)
			os.Exit(2)
		}
	}
}

func checkFiles(crd string, paths []string) ([]finding, error) {
	if len(paths) == 0 {
		return nil, errors.New("name at least one file of YAML documents")
	}
	custom, err := readDefinition(crd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", crd, err)
	}
	var findings []finding
	for _, path := range paths {
		documents, err := readDocuments(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for index, document := range documents {
			found, err := checkDocument(custom, document)
			if err != nil {
				return nil, fmt.Errorf("%s: document %d: %w", path, index+1, err)
			}
			findings = append(findings, found...)
		}
	}
	return findings, nil
}

// readDocuments refuses a file without any: a check of nothing must not pass.
func readDocuments(path string) ([][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var documents [][]byte
	reader := yaml.NewYAMLReader(bufio.NewReader(file))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	if len(documents) == 0 {
		return nil, errors.New("holds no document")
	}
	return documents, nil
}
