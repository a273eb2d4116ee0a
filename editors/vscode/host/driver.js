// What a person does, through the API of a real VS Code: open the file, see the hint, hover, choose the action, save.
// The file and where to write the findings come from driver.json in the workspace folder.

const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const SECONDS = 60;

exports.activate = async () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const plan = path.join(folder, ".vscode", "driver.json");
  if (!fs.existsSync(plan)) {
    return;
  }
  const { file, result } = JSON.parse(fs.readFileSync(plan, "utf8"));
  let found;
  try {
    found = await drive(vscode.Uri.file(path.join(folder, file)));
  } catch (error) {
    found = { error: String(error?.stack ?? error) };
  }
  fs.writeFileSync(`${result}.part`, JSON.stringify(found));
  fs.renameSync(`${result}.part`, result);
};

async function drive(uri) {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  const hint = await until("the hint", () =>
    vscode.languages.getDiagnostics(uri).find((entry) => entry.source === "dockerslim" && code(entry) === "multi-stage"),
  );
  const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", uri, hint.range.start);
  const actions = await vscode.commands.executeCommand(
    "vscode.executeCodeActionProvider", uri, hint.range, vscode.CodeActionKind.RefactorRewrite.value, 10,
  );
  await vscode.commands.executeCommand("dockerslim.previewFile");
  const preview = await until("the preview", () =>
    vscode.workspace.textDocuments.find((entry) => entry.uri.scheme === "dockerslim-preview"),
  );
  const previewed = preview.getText();
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand("dockerslim.convertFile");
  await until("the change", () => document.isDirty);
  await document.save();
  return {
    version: vscode.version,
    hint: hint.message,
    hovers: hovers.flatMap((entry) => entry.contents.map((content) => content.value)),
    actions: actions.map((entry) => entry.title),
    previewed,
  };
}

function code(entry) {
  return typeof entry.code === "object" ? entry.code.value : entry.code;
}

async function until(what, look) {
  for (let tries = 0; tries < SECONDS * 10; tries += 1) {
    const found = look();
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come within ${SECONDS} seconds`);
}
