package deployed

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// definition is the OpenAPI text that SAM makes of the functions' events, which API Gateway imports on AWS.
type definition struct {
	Paths map[string]map[string]struct {
		Integration struct {
			URI json.RawMessage `json:"uri"`
		} `json:"x-amazon-apigateway-integration"`
		Security []map[string][]string `json:"security"`
	} `json:"paths"`
	Components struct {
		SecuritySchemes map[string]struct {
			Authorizer struct {
				IdentitySource   string `json:"identitySource"`
				JWTConfiguration struct {
					Issuer   json.RawMessage `json:"issuer"`
					Audience json.RawMessage `json:"audience"`
				} `json:"jwtConfiguration"`
			} `json:"x-amazon-apigateway-authorizer"`
		} `json:"securitySchemes"`
	} `json:"components"`
	CORS struct {
		AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders json.RawMessage
		MaxAge                                                  int32
	} `json:"x-amazon-apigateway-cors"`
}

// MakeRoutes gives the HTTP API its routes, authorizers and CORS, unless it has routes: MiniStack makes the API of a template,
// but reads nothing of its Body. They are made from the processed template, so what is tried is what SAM made of ours.
// It gives the routes, as API Gateway names them.
func (s *Stack) MakeRoutes(ctx context.Context) ([]string, error) {
	client := apigatewayv2.NewFromConfig(s.Config)
	var made []string
	for _, id := range s.Logical("AWS::ApiGatewayV2::Api") {
		api := s.Physical(id)
		has, err := client.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &api})
		if err != nil {
			return nil, fmt.Errorf("routes of %s: %w", id, err)
		}
		if len(has.Items) > 0 {
			continue
		}
		var properties struct{ Body definition }
		if err := json.Unmarshal(s.processed.Resources[id].Properties, &properties); err != nil {
			return nil, fmt.Errorf("routes of %s: %w", id, err)
		}
		r := routing{s: s, client: client, api: api, body: properties.Body, authorizers: map[string]string{}, integrations: map[string]string{}}
		if err := r.make(ctx); err != nil {
			return nil, fmt.Errorf("routes of %s: %w", id, err)
		}
		made = append(made, r.made...)
	}
	slices.Sort(made)
	return made, nil
}

// routing is the work on one API.
type routing struct {
	s                         *Stack
	client                    *apigatewayv2.Client
	api                       string
	body                      definition
	authorizers, integrations map[string]string // Ids, by name and by function's ARN.
	made                      []string
}

func (r *routing) make(ctx context.Context) error {
	if err := r.cors(ctx); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(r.body.Components.SecuritySchemes)) {
		if err := r.authorizer(ctx, name); err != nil {
			return err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(r.body.Paths)) {
		for _, verb := range slices.Sorted(maps.Keys(r.body.Paths[path])) {
			if err := r.route(ctx, path, verb); err != nil {
				return fmt.Errorf("%s %s: %w", verb, path, err)
			}
		}
	}
	return nil
}

func (r *routing) cors(ctx context.Context) error {
	c := &types.Cors{MaxAge: aws.Int32(r.body.CORS.MaxAge)}
	for _, list := range []struct {
		raw  json.RawMessage
		into *[]string
	}{{r.body.CORS.AllowOrigins, &c.AllowOrigins}, {r.body.CORS.AllowMethods, &c.AllowMethods}, {r.body.CORS.AllowHeaders, &c.AllowHeaders}, {r.body.CORS.ExposeHeaders, &c.ExposeHeaders}} {
		texts, err := r.s.processed.texts(list.raw)
		if err != nil {
			return fmt.Errorf("CORS: %w", err)
		}
		*list.into = texts
	}
	_, err := r.client.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: &r.api, CorsConfiguration: c})
	return err
}

func (r *routing) authorizer(ctx context.Context, name string) error {
	scheme := r.body.Components.SecuritySchemes[name].Authorizer
	issuer, err := r.s.processed.text(scheme.JWTConfiguration.Issuer)
	if err != nil {
		return err
	}
	audience, err := r.s.processed.texts(scheme.JWTConfiguration.Audience)
	if err != nil {
		return err
	}
	made, err := r.client.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: &r.api, Name: &name, AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{scheme.IdentitySource},
		JwtConfiguration: &types.JWTConfiguration{Issuer: &issuer, Audience: audience},
	})
	if err != nil {
		return fmt.Errorf("authorizer %s: %w", name, err)
	}
	r.authorizers[name] = aws.ToString(made.AuthorizerId)
	return nil
}

func (r *routing) route(ctx context.Context, path, verb string) error {
	operation := r.body.Paths[path][verb]
	uri, err := r.s.processed.text(operation.Integration.URI)
	if err != nil {
		return err
	}
	integration, err := r.integration(ctx, uri)
	if err != nil {
		return err
	}
	key := strings.ToUpper(verb) + " " + path
	if verb == "x-amazon-apigateway-any-method" {
		key = "ANY " + path
	}
	if path == "/$default" {
		key = "$default"
	}
	in := &apigatewayv2.CreateRouteInput{ApiId: &r.api, RouteKey: &key, Target: aws.String("integrations/" + integration)}
	for _, needed := range operation.Security {
		for name, scopes := range needed {
			in.AuthorizationType, in.AuthorizerId, in.AuthorizationScopes = types.AuthorizationTypeJwt, aws.String(r.authorizers[name]), scopes
		}
	}
	if _, err := r.client.CreateRoute(ctx, in); err != nil {
		return err
	}
	r.made = append(r.made, key)
	return nil
}

// integration gives the id of the integration of a function, whose ARN stands in the middle of API Gateway's URI.
func (r *routing) integration(ctx context.Context, uri string) (string, error) {
	_, arn, found := strings.Cut(uri, "/functions/")
	if !found {
		return "", fmt.Errorf("%s names no function", uri)
	}
	arn = strings.TrimSuffix(arn, "/invocations")
	if id := r.integrations[arn]; id != "" {
		return id, nil
	}
	made, err := r.client.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
		ApiId: &r.api, IntegrationType: types.IntegrationTypeAwsProxy, PayloadFormatVersion: aws.String("2.0"), IntegrationUri: &arn,
	})
	if err != nil {
		return "", err
	}
	r.integrations[arn] = aws.ToString(made.IntegrationId)
	return r.integrations[arn], nil
}

// Routes reads the routes back, in order.
func (s *Stack) Routes(ctx context.Context) ([]string, error) {
	has, err := apigatewayv2.NewFromConfig(s.Config).GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: aws.String(s.Physical("HttpApi"))})
	if err != nil {
		return nil, fmt.Errorf("routes: %w", err)
	}
	var out []string
	for _, r := range has.Items {
		out = append(out, aws.ToString(r.RouteKey))
	}
	slices.Sort(out)
	return out, nil
}
