"""``/swagger.json``: the service in OpenAPI, as Azure ML's scoring server describes its own."""

from __future__ import annotations

import json

from core import about

_CELL_DOCS = {
    "image": "base64 of a PNG, 1024x1024, 8 bits",
    "text": "phrases with & between them",
}
_ERROR = {
    "description": "No masks, and why; 424 holds what the model's container said.",
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}},
        "text/plain": {"schema": {"type": "string"}},
    },
}


def swagger(name: str) -> bytes:
    """Describe the service.

    Args:
        name: Of the deployment.
    """
    document = {
        "openapi": "3.0.0",
        "info": {
            "title": name,
            "description": f"MedImageParse's contract, served by {about.NAME}. {about.NOTICE}",
            "version": about.VERSION,
        },
        "security": [{"Bearer": []}],
        "paths": {"/": {"get": _health()}, "/score": {"post": _score()}},
        "components": {
            "securitySchemes": {
                "Bearer": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "description": "For example: Bearer abc123",
                }
            },
            "schemas": {
                "ServiceInput": _input(),
                "ServiceOutput": _output(),
                "ErrorResponse": _object({"message": {"type": "string"}}),
            },
        },
    }
    return json.dumps(document).encode()


def _health() -> dict[str, object]:
    return {
        "operationId": "ServiceHealthCheck",
        "description": "Says that the service is up.",
        "security": [],
        "responses": {
            "200": {
                "description": "It is.",
                "content": {"text/plain": {"schema": {"type": "string"}, "example": "Healthy"}},
            }
        },
    }


def _score() -> dict[str, object]:
    return {
        "operationId": "RunMLService",
        "description": "Looks for phrases in pictures.",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/ServiceInput"}}
            },
        },
        "responses": {
            "200": {
                "description": "One result a picture, in order.",
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/ServiceOutput"}}
                },
            },
            "default": _ERROR,
        },
    }


def _input() -> dict[str, object]:
    row = {"type": "array", "items": {"type": "string"}}
    table = _object(
        {
            "columns": {"type": "array", "items": {"type": "string"}, "example": [*_CELL_DOCS]},
            "index": {"type": "array", "items": {"type": "integer"}, "example": [0]},
            "data": {"type": "array", "items": row, "example": [[*_CELL_DOCS.values()]]},
        }
    )
    return {**_object({"input_data": table}), "required": ["input_data"]}


def _output() -> dict[str, object]:
    features = {
        "type": "string",
        "description": "JSON with data (base64), shape ([phrases, 1024, 1024]) and dtype (uint8).",
    }
    categories = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "array",
        "items": _object({"image_features": features, "text_features": categories}),
    }


def _object(members: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": members}
