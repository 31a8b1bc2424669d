import copy, math, torch
from torch import Tensor
from tfmr import MultiHeadAttention
from tfmr.layers import FeedForward
from tfmr.book.results import results_folder
from tfmr.translator import load_run
from tfmr.data import *
from tfmr.data.grammar import generate
from tfmr.training import evaluate_loss
from tfmr.training.run import mean_parameters
run=load_run(results_folder("cross_attention","whole-run"),torch.device("cpu")); model=run.model; tokenizers=run.src_tokenizer,run.tgt_tokenizer
class C: test=generate(200,seed=123)
corpus=C
ns={}; exec(open('/tmp/ch10/cells.py').read(),ns)
exec([s for k,s,m in ns['CELLS'] if s.startswith('def reverse')][0])
