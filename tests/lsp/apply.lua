-- Waits for a diagnostic in the open Dockerfile, applies the preferred rewrite as a user would, and saves.
local function check(value, message)
  if not value then
    io.stderr:write(message .. "\n")
    vim.cmd("cquit 1")
  end
  return value
end

local function hint()
  for _, entry in ipairs(vim.diagnostic.get(0)) do
    if entry.source == "dockerslim" and entry.code == "multi-stage" then
      return entry
    end
  end
end

check(vim.wait(15000, hint, 20), "no diagnostic")
local line = hint().lnum
vim.api.nvim_win_set_cursor(0, { line + 1, 0 })

local shown = {}
vim.ui.select = function(items, _, choose)
  for at, item in ipairs(items) do
    local action = item.action or item[2]
    table.insert(shown, action.title)
    if action.isPreferred then
      choose(item, at)
      return
    end
  end
  choose(nil)
end

local before = vim.api.nvim_buf_get_changedtick(0)
vim.lsp.buf.code_action({ context = { only = { "refactor.rewrite" }, diagnostics = {} } })
check(vim.wait(15000, function() return vim.api.nvim_buf_get_changedtick(0) ~= before end, 20), "nothing was applied")
check(#shown > 0, "no action was shown")
vim.cmd("silent write")
vim.cmd("quitall!")
