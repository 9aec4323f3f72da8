"""Secrets go, whatever they are written in; what only looks random stays."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import random
import uuid

import pytest

from nbtrail.capture.secrets import PLACEHOLDER, find_secrets, redact, redact_value

# made up, and put together here so that no scanner takes this file for a leak
LETTERS = "AbC3dEf9GhI1jKlMn0pQrStUvWxYz2468aBcDeFgH"
KEY_LINES = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj", "AgEAAoIBAQC7VJTUt9Us8cKjMzEfYyjiWA4R"]
SECRETS = {
    "aws": "AKIA" + "Q3EGR7XAMZLP5TN2",
    "github": "ghp_" + LETTERS[:36],
    "fine grained": "github_pat_" + LETTERS + "_" + LETTERS,
    "gitlab": "glpat-" + LETTERS[:20],
    "slack": "xoxb-" + "123456789012-" + LETTERS[:24],
    "openai": "sk-proj-" + LETTERS + "-x_" + LETTERS[:10],
    "older openai": "sk-" + LETTERS + "T3Blbk",
    "anthropic": "sk-ant-api03-" + LETTERS,
    "google": "AIza" + LETTERS[:35],
    "stripe": "sk_live_" + LETTERS[:24],
    "hugging face": "hf_" + LETTERS[:34],
    "npm": "npm_" + LETTERS[:36],
    "databricks": "dapi" + "0123456789abcdef" * 2,
    "jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + LETTERS,
}
STATEMENTS = [
    ("password = 'hunter2'", "hunter2"),
    ('db_password: str = "Tr0ub4dor&3"', "Tr0ub4dor&3"),
    ("connect(user='me', passwd='letmein99')", "letmein99"),
    ('config = {"client_secret": "9f8a7b6c5d4e3f2a"}', "9f8a7b6c5d4e3f2a"),
    ("os.environ['X_TOKEN'] = 'a1b2c3d4e5f6'", "a1b2c3d4e5f6"),
    ("os.environ.setdefault('API_KEY', 'Zz91kkq0Lm')", "Zz91kkq0Lm"),
    ("key = os.getenv('SERVICE_API_KEY', 'Zz91kkq0Lm')", "Zz91kkq0Lm"),
    ("apiKey = f'Zz91kkq0Lm'", "Zz91kkq0Lm"),
    ("SECRET_KEY = b'django-insecure-8j2k'", "django-insecure-8j2k"),
    ("engine = create_engine('postgresql://bob:s3cr3tpw@db.local/x')", "s3cr3tpw"),
    ("pd.read_csv('https://h/x.csv?token=9f8a7b6c5d4e3f2a&b=1')", "9f8a7b6c5d4e3f2a"),
    (
        "get(u, headers={'Authorization': 'Bearer abcdef0123456789abcdef'})",
        "abcdef0123456789abcdef",
    ),
    ("c = 'AccountName=x;AccountKey=' 'k' + 'AccountKey=" + LETTERS + "=='", LETTERS),
    ("c = 'Driver={ODBC};Server=s;UID=sa;PWD=Yukon900;'", "Yukon900"),
    ("duckdb.sql(\"CREATE SECRET (TYPE s3, SECRET 'wJalrXUtnFEMIK7MDENG')\")", "wJalrXUtnFEMI"),
    ("get_ipython().run_line_magic('env', 'X_TOKEN=a1b2c3d4e5f6')", "a1b2c3d4e5f6"),
    ("get_ipython().system('tool --password hunter22 --out x')", "hunter22"),
    ("get_ipython().system('curl -s -u bob:hunter22 https://h/x')", "hunter22"),
    ("main(['--user', 'bob', '--password', 'hunter22'])", "hunter22"),
    ("psycopg.connect('host=db user=bob password=hunter22 dbname=x')", "hunter22"),
    ("psycopg.connect('host=db password=hunter22')", "hunter22"),
    ("get_ipython().run_line_magic('track', 'tag api_token=a1b2c3d4e5f6')", "a1b2c3d4e5f6"),
]
STATEMENTS += [
    ("wandb.login('" + LETTERS[:20] + "')", LETTERS[:20]),
    ("client.set_token('a1b2c3d4e5f6')", "a1b2c3d4e5f6"),
    ("openai.api_key('Zz91kkq0Lm', 3)", "Zz91kkq0Lm"),
]
HARMLESS = [
    "max_tokens = 4096; n_tokens = '512'",
    "tokenizer = AutoTokenizer.from_pretrained('bert-base-uncased')",
    "token_pattern = r'(?u)\\b\\w\\w+\\b'",
    "CountVectorizer(token_pattern='[a-z]+1')",
    "pad_token='[PAD]'; eos_token = '</s>'; mask_token='<mask>'",
    "for token in ['the', 'cat']: pass",
    "token = 'the'",
    "key = 'customer_id'; sort_key = 'date'",
    "primary_key = 'order_line_2024'",
    "df['password'].str.len()",
    "df = df.rename(columns={'password': 'pwd', 'token': 'count'})",
    "dtype = {'password': 'string', 'secret': 'category'}",
    "columns = ['user', 'password', 'email']",
    "password_col = 'password'",
    "password = os.environ['DB_PASSWORD']",
    "password = getpass('Password: ')",
    "password = client.get_secret('prod/db-login2')",
    "login('bob'); login('bob1985@example.org')",
    "is_token('word2vec-300')",
    "url = f'postgresql://{user}:{password}@{host}/db'",
    "url = 'postgresql://user:password@host/db'",
    "password = '<your password>'; api_key = 'YOUR_API_KEY'; secret = '***'",
    "pwd = '/home/me/project'",
    "credentials = 'config/service-account-1.json'",
    "commit = '" + hashlib.sha1(b"x").hexdigest() + "'",
    "digest = 'xxh3-128/1:" + hashlib.md5(b"x").hexdigest() + "'",
    "run_id = '" + str(uuid.UUID(int=7 << 90)) + "'",
    "name = 'sk-learn-pipeline-with-a-long-name-2'",
    "<style>#sk-container-id-12 .sk-toggleable__label-arrow {}</style>",
    "author = 'basic understanding of bearer bonds'",
    "see https://example.org:8080/a@b and mailto://x",
    "git remote: git@github.com:org/repo.git",
    "model = 'meta-llama/Llama-3.1-8B-Instruct'",
    "f(a, password=passw0rdOf, b=1)",
    "f(a,\n  password=passw0rdOf\n)",
    "connect(host=h, password=passw0rdOf)",
    "x = dict( password=passw0rdOf , other=3)",
    "print(f'user={user} password={password} x={x}')",
    "docker run -u 1000:1000 image; curl --url user:1 https://h:8080/path",
    "parser.parse_args(['--token', 'word'])",
    "passed = 'yes'; compass = 'north-9182'; bypass_key_2 = 'none'",
    "Pipeline(steps=[('passthrough', 'passthrough')])",
]


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    "form", ["x = '{}'", "call({})", "# {} in a comment", '{{"a": "{}"}}', "{}"]
)
def test_keys_are_known_by_their_shape(kind, form):
    text, found = redact("first\n" + form.format(SECRETS[kind]))
    assert SECRETS[kind] not in text
    assert SECRETS[kind][-8:] not in text
    assert [f.line for f in found] == [2]


@pytest.mark.parametrize(("code", "secret"), STATEMENTS)
def test_values_of_secret_names_go_and_code_stays_code(code, secret):
    text, found = redact(f"a = 1\n{code}\nb = 2")
    assert secret not in text
    assert found[0].line == 2
    before, after = ast.parse(f"a = 1\n{code}\nb = 2"), ast.parse(text)
    assert [type(n) for n in ast.walk(before)] == [type(n) for n in ast.walk(after)]
    assert redact(text) == (text, ())


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text):
    assert redact(text) == (text, ())


def test_what_env_prints_is_redacted():
    assert redact("env: MY_TOKEN=9f8a7b6c5d4e3f2a\n")[0] == "env: MY_TOKEN=<redacted:token>\n"


def test_a_private_key_goes_whatever_joins_its_lines():
    head, tail = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    whole = f"k = '''{head}\n" + "\n".join(KEY_LINES) + f"\n{tail}'''\nx = 1\n"
    joined = (
        f"k = ('{head}\\n'\n" + "".join(f"  '{li}\\n'\n" for li in KEY_LINES) + f"  '{tail}')\n"
    )
    for code in (whole, joined, f"k = '{head}\\n{KEY_LINES[0]}\\n{KEY_LINES[1]}\\n{tail}'"):
        text, found = redact(code)
        ast.parse(text)
        assert text.count("\n") == code.count("\n")
        assert not any(line in text for line in KEY_LINES)
        assert {f.kind for f in found} == {"private-key"}


def test_secrets_in_a_notebook_file_are_found():
    cell = {"source": ["import os\n", 'password = "hunter2"\n', "c = {'api_key': 'Zz91kkq0Lm'}"]}
    text = json.dumps({"cells": [cell]}, indent=1)
    redacted, found = redact(text)
    assert len(found) == 2
    assert "hunter2" not in redacted
    assert "Zz91kkq0Lm" not in redacted
    json.loads(redacted)


def test_random_bytes_are_no_secrets():
    source = random.Random(3)
    for size in (100, 5_000, 300_000):
        data = bytes(source.randrange(256) for _ in range(size))
        for text in (base64.b64encode(data).decode(), data.hex(), data.decode("latin-1")):
            assert find_secrets(f'{{"image/png": "{text}"}}') == ()


def test_a_placeholder_tells_nothing_of_the_secret():
    first, _ = redact("password = 'hunter2'")
    other, _ = redact("password = 'correct horse'")
    assert first == other == f"password = '{PLACEHOLDER}password>'"


def test_a_value_under_a_name():
    assert redact_value("api_key", "'Zz91kkq0Lm'")[0] == f"'{PLACEHOLDER}api-key>'"
    assert redact_value("alpha", "0.5") == ("0.5", ())
    assert redact_value("max_tokens", "'a1b2c3d4e5f6'") == ("'a1b2c3d4e5f6'", ())
    assert redact_value("note", SECRETS["aws"])[1][0].kind == "aws-key"
