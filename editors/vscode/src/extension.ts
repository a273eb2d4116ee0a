import * as vscode from "vscode";
import { LanguageClient, State } from "vscode-languageclient/node";
import { initializationOptions, PATTERNS, readCommand, SECTION } from "./launch";

const PREVIEW = "dockerslim.preview";
const EXPLAIN = "dockerslim.explain";
const SCHEME = "dockerslim-preview";

interface Preview {
  uri: string;
  text: string;
}

interface Page {
  code: string;
  uri: string;
}

let client: LanguageClient | undefined;

/** Holds the rewritten text of each previewed Dockerfile, for the right side of the diff. */
class Previews implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  forget(document: vscode.TextDocument): void {
    this.texts.delete(document.uri.toString());
  }

  async show(preview: Preview): Promise<void> {
    const original = vscode.Uri.parse(preview.uri);
    const rewritten = original.with({ scheme: SCHEME });
    this.texts.set(rewritten.toString(), preview.text);
    this.changed.fire(rewritten);
    const title = `${vscode.workspace.asRelativePath(original)}: multi-stage build`;
    await vscode.commands.executeCommand("vscode.diff", original, rewritten, title);
  }
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const previews = new Previews();
  client = newClient(previews);
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, previews),
    vscode.workspace.onDidCloseTextDocument((document) => previews.forget(document)),
    vscode.commands.registerCommand("dockerslim.previewFile", previewFile),
    vscode.commands.registerCommand("dockerslim.convertFile", convertFile),
    vscode.commands.registerCommand("dockerslim.explainCode", explainCode),
    vscode.commands.registerCommand("dockerslim.restart", () => client?.restart()),
  );
  try {
    await client.start();
  } catch (error) {
    const message = `dockerslim-rewrite did not start (${error}). Install it with: pip install 'dockerslim-rewrite[lsp]'`;
    void vscode.window.showErrorMessage(message);
  }
}

export async function deactivate(): Promise<void> {
  if (client?.state === State.Running) {
    await client.stop();
  }
}

function newClient(previews: Previews): LanguageClient {
  const settings = vscode.workspace.getConfiguration(SECTION);
  return new LanguageClient(SECTION, "dockerslim-rewrite", readCommand(settings.get("command")), {
    documentSelector: [{ language: "dockerfile" }, ...PATTERNS.map((pattern) => ({ pattern }))],
    initializationOptions: initializationOptions({
      ignore: settings.get("ignore"),
      context: settings.get("context"),
      nonroot: settings.get("nonroot"),
      debounceMs: settings.get("debounceMs"),
    }),
    synchronize: { configurationSection: SECTION },
    middleware: {
      executeCommand: async (command, args, next) => {
        const result: unknown = await next(command, args);
        if (command === PREVIEW && result) {
          await previews.show(result as Preview);
        } else if (command === EXPLAIN && result) {
          await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.parse((result as Page).uri));
        }
        return result;
      },
    },
  });
}

async function previewFile(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document) {
    await vscode.commands.executeCommand(PREVIEW, document.uri.toString());
  }
}

/** Applies the rewrite that the server prefers; VS Code shows its preview where one needs a review. */
async function convertFile(): Promise<void> {
  await vscode.commands.executeCommand("editor.action.codeAction", {
    kind: "refactor.rewrite",
    apply: "first",
    preferred: true,
  });
}

async function explainCode(): Promise<void> {
  const code = await vscode.window.showInputBox({ prompt: "A code from a message, for example G01" });
  if (code) {
    await vscode.commands.executeCommand(EXPLAIN, code.trim().toUpperCase());
  }
}
