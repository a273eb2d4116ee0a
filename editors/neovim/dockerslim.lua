-- Starts the language server for Dockerfiles. Works with Neovim 0.7 and later, without plugins.
-- Put this file into ~/.config/nvim/plugin/, or call require("dockerslim").setup({ cmd = ..., settings = ... }) yourself.

local M = {}

M.patterns = { "Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile", "Containerfile.*", "*.Containerfile" }

local function root_of(path)
  local found = vim.fn.finddir(".git", vim.fn.escape(vim.fn.fnamemodify(path, ":h"), " ,") .. ";")
  return found ~= "" and vim.fn.fnamemodify(found, ":p:h:h") or vim.fn.fnamemodify(path, ":p:h")
end

local clients = {}

-- options.cmd: the command that starts the server; options.settings: see docs/editors.md
function M.attach(buffer, options)
  local root = root_of(vim.api.nvim_buf_get_name(buffer))
  local client = clients[root]
  if client == nil or vim.lsp.get_client_by_id(client) == nil then
    client = vim.lsp.start_client({
      name = "dockerslim",
      cmd = options.cmd or { "dockerslim-rewrite", "lsp" },
      root_dir = root,
      init_options = options.settings or {},
    })
    clients[root] = client
  end
  if client ~= nil then
    vim.lsp.buf_attach_client(buffer, client)
  end
  return client
end

function M.setup(options)
  options = options or {}
  vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
    group = vim.api.nvim_create_augroup("dockerslim", { clear = true }),
    pattern = options.patterns or M.patterns,
    callback = function(event)
      M.attach(event.buf, options)
    end,
  })
end

-- As a plugin file it sets itself up; require() only returns the module.
if ... == nil or not tostring(...):match("^dockerslim") then
  M.setup(vim.g.dockerslim)
end

return M
