package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/core"
	"sigs.k8s.io/yaml"
)

// checkDocument goes the way of a create request: decode, default, convert, validate. An error means that the document is
// of a kind that is not known here.
func checkDocument(custom *definition, document []byte) ([]finding, error) {
	content, err := toContent(document)
	if err != nil {
		return nil, err
	}
	name, kind, err := identify(content)
	if err != nil {
		return nil, err
	}
	if custom != nil && custom.kind == kind {
		return custom.check(name, content), nil
	}
	strategy, known := strategies[kind]
	if !known {
		return nil, fmt.Errorf("%s: no strategy for %s; add it to strategies.go", name, kind)
	}
	report := reporter{object: name}
	object, err := decode(document, &report)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := checkCanonical(content, object, &report); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	checkPodSecurity(kind, object, &report)
	if err := checkCreate(strategy, kind, object, &report); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return report.findings, nil
}

// toContent reads YAML, or JSON, with the numbers that the API machinery uses: integers stay integers.
func toContent(document []byte) (map[string]any, error) {
	text, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return nil, err
	}
	var content map[string]any
	if err := kubejson.Unmarshal(text, &content); err != nil {
		return nil, err
	}
	return content, nil
}

func identify(content map[string]any) (string, schema.GroupVersionKind, error) {
	apiVersion, _ := content["apiVersion"].(string)
	kindName, _ := content["kind"].(string)
	metadata, _ := content["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	version, err := schema.ParseGroupVersion(apiVersion)
	if err != nil || kindName == "" || name == "" {
		return "", schema.GroupVersionKind{}, fmt.Errorf("needs apiVersion, kind and metadata.name")
	}
	return kindName + "/" + name, version.WithKind(kindName), nil
}

// decode reports unknown and repeated fields and goes on with what it could read.
func decode(document []byte, report *reporter) (runtime.Object, error) {
	scheme := legacyscheme.Scheme
	strict := kjson.NewSerializerWithOptions(
		kjson.DefaultMetaFactory, scheme, scheme, kjson.SerializerOptions{Yaml: true, Strict: true},
	)
	object, _, err := strict.Decode(document, nil, nil)
	if err != nil && !runtime.IsStrictDecodingError(err) {
		return nil, err
	}
	if err != nil {
		report.add("decode", err.Error())
	}
	return object, nil
}

// checkCanonical writes the decoded object again, before defaults, and compares what the document says.
func checkCanonical(content map[string]any, object runtime.Object, report *reporter) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	stored, err := toContent(text)
	if err != nil {
		return err
	}
	compare("", content, stored, report)
	return nil
}

func compare(path string, written, stored any, report *reporter) {
	switch value := written.(type) {
	case map[string]any:
		others, _ := stored.(map[string]any)
		for key, inner := range value {
			// Empty values are left out when an object is written; that is not a difference of meaning.
			if other, kept := others[key]; kept {
				compare(path+"."+key, inner, other, report)
			}
		}
	case []any:
		others, _ := stored.([]any)
		for index := range min(len(value), len(others)) {
			compare(fmt.Sprintf("%s[%d]", path, index), value[index], others[index], report)
		}
	default:
		if !reflect.DeepEqual(written, stored) {
			field := strings.TrimPrefix(path, ".")
			report.add("canonical", fmt.Sprintf("%s: %v is stored as %v", field, written, stored))
		}
	}
}

// checkCreate runs what the API server runs before it stores a new object.
func checkCreate(
	strategy rest.RESTCreateStrategy, kind schema.GroupVersionKind, object runtime.Object, report *reporter,
) error {
	scheme := legacyscheme.Scheme
	scheme.Default(object)
	internal, err := scheme.ConvertToVersion(object, schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return err
	}
	metadata, err := meta.Accessor(internal)
	if err != nil {
		return err
	}
	if strategy.NamespaceScoped() && metadata.GetNamespace() == "" {
		report.add("invalid", "metadata.namespace: missing, so that it depends on who applies it")
		metadata.SetNamespace("default")
	}
	rest.FillObjectMetaSystemFields(metadata)
	ctx := request.WithNamespace(context.Background(), metadata.GetNamespace())
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, Verb: "create", APIGroup: kind.Group, APIVersion: kind.Version,
	})
	ctx = warning.WithWarningRecorder(ctx, report)
	if headless, ok := internal.(*core.Service); ok && headless.Spec.ClusterIP == core.ClusterIPNone {
		// The storage of Services fills this in before it asks the strategy.
		headless.Spec.ClusterIPs = []string{core.ClusterIPNone}
	}
	if err := rest.BeforeCreate(strategy, ctx, internal); err != nil {
		report.add("invalid", err.Error())
	}
	return nil
}

// reporter collects the findings of one object, also as the recorder of the API server's warnings.
type reporter struct {
	object   string
	findings []finding
}

func (r *reporter) add(check, message string) {
	r.findings = append(r.findings, finding{Check: check, Object: r.object, Message: message})
}

// AddWarning implements warning.Recorder.
func (r *reporter) AddWarning(_, text string) {
	r.add("warning", text)
}
