"""What CloudFormation makes of the template: SAM's own transform, run here, without an account and without the network.

    python translate.py [--region REGION] [--base FOLDER] [--set NAME=VALUE]... IN OUT [IN OUT]...

It is run by the Python of aws-sam-cli, whose transform is the one that `sam deploy` was tried with. Parameters have their
defaults unless they are set. The state machine's text is put in, so that linters read it too.
Exit: 0; 1 with the transform's reasons if a template is refused.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from boto3.session import Session
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.translator import Translator

# Where `sam package` would have put what is local. The transform takes no local paths, and looks at none.
UPLOADED = {"Bucket": "till-artefacts", "Key": "artefact"}
UPLOADS = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::StateMachine": "DefinitionUri"}


def definitions(resources, folder):
    """The texts of the state machines, by logical id."""
    return {
        name: json.loads((folder / each["Properties"]["DefinitionUri"]).read_text(encoding="utf-8"))
        for name, each in resources.items()
        if each.get("Type") == "AWS::Serverless::StateMachine"
    }


def no_managed_policies():
    """SAM asks AWS for the names of AWS's own policies. Till's roles take none, so there is nothing to ask."""
    return {}


def valued(parameters, given):
    """Each parameter's value as CloudFormation hands it to a transform: given, or the default; a list for a list."""
    values = {name: each["Default"] for name, each in parameters.items() if "Default" in each}
    values.update(given)
    return {
        name: str(value).split(",") if parameters[name]["Type"] == "CommaDelimitedList" else value
        for name, value in values.items()
    }


def translate(source, folder, region, parameters):
    """The template as CloudFormation gets it, as a dict."""
    template = yaml_parse(source.read_text(encoding="utf-8"))
    resources = template["Resources"]
    machines = definitions(resources, folder)
    for each in resources.values():
        uploaded = UPLOADS.get(each.get("Type"))
        if uploaded:
            each["Properties"][uploaded] = dict(UPLOADED)
    values = valued(template.get("Parameters", {}), parameters)
    out = Translator(
        managed_policy_map=None, sam_parser=Parser(), plugins=[], boto_session=Session(region_name=region)
    ).translate(
        sam_template=template, parameter_values=values, get_managed_policy_map=no_managed_policies
    )
    for name, text in machines.items():
        machine = out["Resources"][name]["Properties"]
        del machine["DefinitionS3Location"]
        machine["Definition"] = text
    return out


def main():
    """Reads the arguments, translates, writes."""
    read = argparse.ArgumentParser(description="SAM's transform, offline.")
    read.add_argument("--region", default="eu-central-1")
    read.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    read.add_argument("--base", type=Path, help="where local paths begin; else at IN")
    read.add_argument("pairs", nargs="+", metavar="IN OUT", type=Path)
    args = read.parse_args()
    if len(args.pairs) % 2:
        read.error("each IN wants its OUT")
    # The transform names the Region's partition; nothing else of an account is asked for.
    os.environ["AWS_DEFAULT_REGION"] = args.region
    parameters = dict(each.split("=", 1) for each in args.set)
    refused = False
    for source, target in zip(args.pairs[::2], args.pairs[1::2]):
        try:
            out = translate(source, args.base or source.parent, args.region, parameters)
        except InvalidDocumentException as why:
            refused = True
            for each in why.causes or [why]:
                print(f"{source}: {each.message}", file=sys.stderr)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(out, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
