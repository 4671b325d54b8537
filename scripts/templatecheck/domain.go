package templatecheck

func domainRules() []Rule {
	return []Rule{
		{"one_door", "an API under its own name has no second door, and no old TLS", oneDoor},
		{"warnings_fail", "an API that was imported with a warning lacks a route", warningsFail},
	}
}

func oneDoor(t *Template, f *findings) {
	t.want(f, "HttpApi", "DisableExecuteApiEndpoint", "!If [HasDomain, true, false]")
	t.want(f, "ApiDomainName", "DomainName", "!Ref ApiDomain")
	t.want(f, "ApiDomainName", "DomainNameConfigurations",
		"[{CertificateArn: !Ref ApiCertificateArn, EndpointType: REGIONAL, SecurityPolicy: TLS_1_2}]")
	t.want(f, "ApiMapping", "ApiId", "!Ref HttpApi")
	t.want(f, "ApiMapping", "DomainName", "!Ref ApiDomainName")
	t.want(f, "ApiMapping", "Stage", "!Ref HttpApi.Stage")
	for _, id := range []string{"ApiDomainName", "ApiMapping"} {
		if At(t.resources()[id], "Condition") != "HasDomain" {
			f.add(id, "is made without a domain")
		}
	}
}

func warningsFail(t *Template, f *findings) { t.want(f, "HttpApi", "FailOnWarnings", "true") }
