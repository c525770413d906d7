-- What test_scenes.lua and provider.lua use of Torch and of what they require, so that they run without it.
-- A tensor is a view of numbers: storage, start, sizes, steps.

local Tensor = {}

local function tensor(sizes)
  local made = {storage = {}, start = 1, sizes = sizes, steps = {}}
  local count = 1
  for axis = #sizes, 1, -1 do made.steps[axis] = count; count = count * sizes[axis] end
  for i = 1, count do made.storage[i] = 0 end
  return setmetatable(made, Tensor)
end

local function view(of, start, sizes, steps)
  return setmetatable({storage = of.storage, start = start, sizes = sizes, steps = steps}, Tensor)
end

-- Calls what with the place in the storage of each element, last axis fastest.
local function each(t, what)
  local function walk(axis, place)
    if axis > #t.sizes then what(place) return end
    for i = 0, t.sizes[axis] - 1 do walk(axis + 1, place + i * t.steps[axis]) end
  end
  walk(1, t.start)
end

local function places(t)
  local found = {}
  each(t, function(place) found[#found + 1] = place end)
  return found
end

-- The view that a table of indices, {} for all, {from, to} or {at} for ranges, and numbers for one, stands for.
local function part(t, wanted)
  local start, sizes, steps = t.start, {}, {}
  for axis = 1, #t.sizes do
    local index = wanted[axis] or {}
    local from, to = 1, t.sizes[axis]
    if type(index) == "number" then from, to = index, index
    elseif #index > 0 then from, to = index[1], index[2] or index[1] end
    assert(from >= 1 and to <= t.sizes[axis], "index out of range")
    start = start + (from - 1) * t.steps[axis]
    if type(index) == "table" then
      sizes[#sizes + 1], steps[#steps + 1] = to - from + 1, t.steps[axis]
    end
  end
  return view(t, start, sizes, steps)
end

local methods = {}

function Tensor.__index(t, key)
  if type(key) == "string" then return methods[key] end
  if type(key) == "table" then return part(t, key) end
  local found = part(t, {key})
  if #found.sizes == 0 then return found.storage[found.start] end
  return found
end

function Tensor.__newindex(t, key, value)
  local into
  if getmetatable(key) == Tensor then -- a mask
    local flags, all = places(key), places(t)
    for i = 1, #all do if key.storage[flags[i]] ~= 0 then t.storage[all[i]] = value end end
    return
  elseif type(key) == "table" then into = part(t, key)
  else into = part(t, {key}) end
  if type(value) == "number" then into:fill(value) else into:copy(value) end
end

function methods.size(t, axis) return t.sizes[axis] end
function methods.fill(t, value) each(t, function(place) t.storage[place] = value end) return t end
function methods.add(t, value) each(t, function(place) t.storage[place] = t.storage[place] + value end) return t end
function methods.mul(t, value) each(t, function(place) t.storage[place] = t.storage[place] * value end) return t end
function methods.float(t) return t end
methods.int, methods.byte, methods.double, methods.cuda = methods.float, methods.float, methods.float, methods.float

function methods.copy(t, other)
  local from, to = places(other), places(t)
  assert(#from == #to, "sizes differ")
  for i = 1, #to do t.storage[to[i]] = other.storage[from[i]] end
  return t
end

function methods.clone(t)
  local sizes = {}
  for axis = 1, #t.sizes do sizes[axis] = t.sizes[axis] end
  return tensor(sizes):copy(t)
end

local function compared(holds)
  return function(t, value)
    local flags = t:clone()
    for i = 1, #flags.storage do flags.storage[i] = holds(flags.storage[i], value) and 1 or 0 end
    return flags
  end
end
methods.eq = compared(function(a, b) return a == b end)
methods.lt = compared(function(a, b) return a < b end)

function methods.sub(t, from, to) return part(t, {{from, to}}) end

torch = {}

function torch.zeros(...) return tensor({...}) end
torch.Tensor, torch.CudaTensor, torch.FloatTensor = torch.zeros, torch.zeros, torch.zeros

function torch.LongTensor(values)
  local made = tensor({#values})
  for i = 1, #values do made.storage[i] = values[i] end
  return made
end

function torch.squeeze(t)
  local sizes, steps = {}, {}
  for axis = 1, #t.sizes do
    if t.sizes[axis] > 1 then sizes[#sizes + 1], steps[#steps + 1] = t.sizes[axis], t.steps[axis] end
  end
  if #sizes == 0 then sizes, steps = {1}, {1} end
  return view(t, t.start, sizes, steps)
end

function torch.sum(t)
  local total = 0
  each(t, function(place) total = total + t.storage[place] end)
  return total
end

-- Largest value along the first axis of a matrix, and where it is.
function torch.max(t, axis)
  assert(axis == 1 and #t.sizes == 2)
  local values, where = tensor({1, t.sizes[2]}), tensor({1, t.sizes[2]})
  for column = 1, t.sizes[2] do
    local best = 1
    for row = 2, t.sizes[1] do if t[row][column] > t[best][column] then best = row end end
    values[1][column], where[1][column] = t[best][column], best
  end
  return values, where
end

-- A file of numbers: how many axes, their sizes, the values.
local function read_numbers(name)
  local file = assert(io.open(name))
  local sizes = {}
  for axis = 1, file:read("*n") do sizes[axis] = file:read("*n") end
  local made = tensor(sizes)
  for i = 1, #made.storage do made.storage[i] = file:read("*n") end
  file:close()
  return made
end

hdf5 = {}
function hdf5.open(name)
  return {
    read = function(_, what) return {all = function() return read_numbers(name .. "." .. what) end} end,
    close = function() current = name end,
  }
end

-- The model gives the stored scores of the column in the middle of its input, whose second channel holds its number.
local model = {evaluate = function() end, cuda = function(self) return self end}
local scores, scores_of
function model.forward(_, inputs)
  if scores_of ~= current then scores, scores_of = read_numbers(current .. ".scores"), current end
  local column = inputs[1][2][1][16][16]
  local wide = scores.sizes[4]
  local y, x = math.floor(column / wide) + 1, column % wide + 1
  local made = torch.zeros(scores.sizes[1], 62)
  for height = 1, math.min(62, scores.sizes[2]) do
    for class = 1, scores.sizes[1] do made[class][height] = scores[class][height][y][x] end
  end
  return made
end
function torch.load() return model end

cutorch = {setDevice = function() end}
xlua = {progress = function() end}
paths = {
  filep = function(name) return name ~= "" end,
  concat = function() return "" end,
}
function lapp() return {model = "", h5_list_path = arg[1], gpu_index = 0, orig_num_classes = 42, class_mapping_file = ""} end
function saveConfusionToFile() end -- which the script calls and no file of the repository defines
for _, name in ipairs({"nn", "cunn", "cudnn", "xlua", "torch", "hdf5", "paths"}) do package.preload[name] = function() end end
