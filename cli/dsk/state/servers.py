"""The profiles of other servers that are built in: where each is, what its key is called, and what it knows.

What each server understands is from its own documentation, read in November 2026; the page is named with it. A model
is named only where one name stays valid, whatever is retired. Schemas as a ``response_format`` are documented by all
that have it here; where it depends on the model, as at OpenRouter and Groq, the prompt has to do.
"""

from __future__ import annotations

from collections.abc import Mapping

from dsk.state.profile import Profile

SERVERS: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        # github.com/ggml-org/llama.cpp, tools/server/README.md: one model, whatever its name; chat_template_kwargs;
        # a last message of the assistant is gone on with (--prefill-assistant, the default).
        Profile(
            "llamacpp",
            "http://localhost:8080/v1",
            "",
            model="default",
            thinking="chat_template_kwargs",
            max_effort="high",
            prefix_completion="last_message",
            schema_mode="json_schema",
        ),
        # docs.ollama.com/api/openai-compatibility: reasoning_effort, none among its values. No word of prefixes.
        Profile("ollama", "http://localhost:11434/v1", "", thinking="reasoning_effort", schema_mode="json_schema"),
        # docs.vllm.ai, OpenAI-compatible server and reasoning outputs: chat_template_kwargs, reasoning_effort up to
        # high, continue_final_message. The server takes its own key from VLLM_API_KEY.
        Profile(
            "vllm",
            "http://localhost:8000/v1",
            "VLLM_API_KEY",
            thinking="chat_template_kwargs",
            max_effort="high",
            prefix_completion="continue_final_message",
            schema_mode="json_schema",
        ),
        # lmstudio.ai/docs/developer/openai-compat: port 1234, reasoning_content. Its effort belongs to /v1/responses.
        Profile("lmstudio", "http://localhost:1234/v1", "", thinking="none", schema_mode="json_schema"),
        # openrouter.ai/docs/use-cases/reasoning-tokens: reasoning.enabled, reasoning_effort as a shorthand; usage
        # always comes, include_usage has no effect. Prefixes depend on the provider behind it.
        Profile(
            "openrouter",
            "https://openrouter.ai/api/v1",
            "OPENROUTER_API_KEY",
            model="openrouter/auto",
            thinking="reasoning",
            include_usage=False,
        ),
        # console.groq.com/docs/api-reference and /reasoning: reasoning_effort, max_completion_tokens;
        # console.groq.com/docs/prefilling: a last message of the assistant is gone on with.
        Profile(
            "groq",
            "https://api.groq.com/openai/v1",
            "GROQ_API_KEY",
            thinking="reasoning_effort",
            max_effort="high",
            max_tokens_field="max_completion_tokens",
            prefix_completion="last_message",
        ),
        # docs.mistral.ai/capabilities/reasoning/adjustable: reasoning_effort, high or none; docs.mistral.ai/api: prefix
        # in the last message, at the usual path; unknown fields are refused, usage always comes.
        Profile(
            "mistral",
            "https://api.mistral.ai/v1",
            "MISTRAL_API_KEY",
            model="mistral-small-latest",
            thinking="reasoning_effort",
            max_effort="high",
            include_usage=False,
            prefix_completion="prefix",
            schema_mode="json_schema",
        ),
        # docs.together.ai/docs/inference/chat/reasoning: reasoning.enabled and reasoning_effort up to high.
        Profile(
            "together",
            "https://api.together.xyz/v1",
            "TOGETHER_API_KEY",
            thinking="reasoning",
            max_effort="high",
            schema_mode="json_schema",
        ),
        # learn.microsoft.com/azure/foundry/openai/api-version-lifecycle: the v1 API under each resource's own host,
        # without a version; the key in a header api-key. Fields as with OpenAI.
        Profile(
            "azure",
            "",
            "AZURE_OPENAI_API_KEY",
            thinking="reasoning_effort",
            max_effort="xhigh",
            max_tokens_field="max_completion_tokens",
            key_header="api-key",
            schema_mode="json_schema",
        ),
        # platform.openai.com/docs/api-reference/chat/create: max_tokens is deprecated and refused by models that
        # reason; unknown fields are refused; reasoning_effort none to xhigh.
        Profile(
            "openai",
            "https://api.openai.com/v1",
            "OPENAI_API_KEY",
            thinking="reasoning_effort",
            max_effort="xhigh",
            max_tokens_field="max_completion_tokens",
            schema_mode="json_schema",
        ),
    )
}
