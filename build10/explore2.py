import torch, difflib
from tfmr.data import *
from tfmr.book.results import results_folder
from tfmr.translator import load_run
from tfmr.decoding import translate
from tfmr.data import word_tokenize
run=load_run(results_folder("cross_attention","whole-run"),torch.device("cpu"))
model, corpus = run.model, load_corpus("grammar")
tok=run.src_tokenizer, run.tgt_tokenizer
pairs=list(corpus.test)
out=translate(model,[p.src for p in pairs],*tok)
n=0;kinds={'same':0,'len':0}; tot=hit=0
for p,o in zip(pairs,out):
    a,b=word_tokenize(p.tgt),word_tokenize(o)
    if a!=b:
        n+=1
        t=next((i for i,(x,y) in enumerate(zip(a,b)) if x!=y), min(len(a),len(b)))
        rest=a[t+1:]; own=b[t:]
        m=sum(x.size for x in difflib.SequenceMatcher(None,rest,own,autojunk=False).get_matching_blocks())
        tot+=len(rest);hit+=m
        kinds['same' if len(a)==len(b) else 'len']+=1
        if n<15: print(' '.join(a),'\n   ',' '.join(b))
print(n,kinds,hit/tot)
