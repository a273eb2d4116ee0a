// The language client of VS Code, without VS Code: starts the server as the extension does, asks for the rewrite,
// applies it with the protocol's own text document, and compares it with what the command line prints.
// Usage: node out/client.js DOCKERFILE EXPECTED -- COMMAND...

import { spawn } from "node:child_process";
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CodeAction,
  CodeActionKind,
  CodeActionRequest,
  CodeActionResolveRequest,
  Command,
  createProtocolConnection,
  Diagnostic,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  ExecuteCommandRequest,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentEdit,
  TextEdit,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { initializationOptions, readCommand } from "../src/launch";

async function main(path: string, expected: string, words: string[]): Promise<void> {
  const launch = readCommand(words);
  const server = spawn(launch.command, launch.args, { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  connection.listen();
  const uri = pathToFileURL(path).toString();
  const document = TextDocument.create(uri, "dockerfile", 1, readFileSync(path, "utf8"));
  const identifier = { textDocument: { uri } };
  const started = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: [{ uri: pathToFileURL(dirname(path)).toString(), name: "test" }],
    initializationOptions: initializationOptions({ ignore: [] }),
    capabilities: {
      workspace: { workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} } },
      textDocument: {
        diagnostic: {},
        hover: { contentFormat: ["markdown"] },
        codeAction: { dataSupport: true, resolveSupport: { properties: ["edit"] } },
      },
    },
  });
  assert.ok(started.capabilities.diagnosticProvider);
  await connection.sendNotification(InitializedNotification.type, {});
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "dockerfile", version: 1, text: document.getText() },
  });
  const report = await connection.sendRequest(DocumentDiagnosticRequest.type, identifier);
  const found: Diagnostic[] = report.kind === "full" ? report.items : [];
  assert.ok(found.some((entry) => entry.code === "multi-stage"));
  assert.ok(await connection.sendRequest(HoverRequest.type, { ...identifier, position: { line: 0, character: 0 } }));
  const actions = await connection.sendRequest(CodeActionRequest.type, {
    ...identifier,
    range: found[0].range,
    context: { diagnostics: found, only: [CodeActionKind.RefactorRewrite] },
  });
  const preferred = (actions ?? []).filter((entry): entry is CodeAction => !Command.is(entry)).find((entry) => entry.isPreferred);
  assert.ok(preferred);
  const { edit } = await connection.sendRequest(CodeActionResolveRequest.type, preferred);
  const change = edit?.documentChanges?.[0];
  assert.ok(TextDocumentEdit.is(change));
  assert.equal(change.textDocument.version, 1);
  const result = TextDocument.applyEdits(document, change.edits.filter((entry) => TextEdit.is(entry)));
  assert.equal(result, readFileSync(expected, "utf8"));
  const preview = await connection.sendRequest(ExecuteCommandRequest.type, { command: "dockerslim.preview", arguments: [uri] });
  assert.equal(preview.text, result);
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  await new Promise((resolve) => server.once("exit", resolve));
  connection.dispose();
}

const [path, expected, , ...command] = process.argv.slice(2);
main(path, expected, command).catch((error) => {
  console.error(error);
  process.exit(1);
});
